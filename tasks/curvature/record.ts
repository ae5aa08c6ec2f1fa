/**
 * What a report on curvature stores: the shapes of `curvature.json` and of the lines of `results.jsonl`. Both files are checked against them
 * before anything is made of their content.
 *
 * @module
 */

import { basename } from "../../lib/std/path/mod.ts";
import { TASKS } from "../registry.ts";
import { originShape } from "../run/origin.ts";
import {
  anything,
  list,
  mismatch,
  number,
  object,
  optional,
  printable,
  record,
  type Shape,
  type Shaped,
  text,
  word,
} from "../shell/shape.ts";
import { areLoaded, namesInRecord, ownFilesShape } from "../own/own_files.ts";
import { activationChoices } from "../training/activation_choices.ts";
import { inputHashesShape } from "../training/input_hashes.ts";
import { sharedOptions } from "./command.ts";
import { MEASUREMENTS } from "./measurements.ts";
import { type Part, partKey } from "./part.ts";
import { plannedParts } from "./plans.ts";

const count = (min: number, max?: number) => number({ whole: true, min, max });

/** New fields that are measured at initialisation. */
const fields = object({
  /** The file or scene; undefined for the task's default. */
  input: optional(text()),
  activations: list(printable(), { least: 1 }),
  /** Fields of each activation. */
  seeds: count(1, 100),
  /** Width of the small field. */
  smallWidth: count(2, 64),
  /** The given options of the task, by their names in camelCase. */
  options: record(anything()),
});

const ofRun = {
  path: text(),
  /** The seed of the run. */
  seed: count(0),
  /** The checkpoints, from the earliest on, each with a part of the SHA-256 of its file. */
  checkpoints: list(object({ step: count(0), digest: text() }), { least: 1 }),
};

/** A run whose checkpoints are measured, with the name of its curves, which runs share that differ in the seed only. */
const run = object({ series: printable(), ...ofRun });

const settings = object({
  task: word([...TASKS.keys()]),
  batchSizes: list(count(1, 2 ** 20), { least: 1 }),
  samples: count(1, 2 ** 20),
  directions: word(["rademacher", "normal"]),
  /** One of the two is there. */
  fields: optional(fields),
  runs: optional(list(run, { least: 1 })),
  /** The run of a report that was begun when only one could be measured. `withRuns` puts it among the runs. */
  run: optional(object(ofRun)),
  ownFiles: optional(ownFilesShape),
});

const curvature = object({
  settings,
  /** The hash of the input of new fields, if it is not the default. */
  inputHashes: optional(inputHashesShape),
  /** The command that repeats the measurements. */
  command: text(),
  /** Why runs and checkpoints were left out when the report began. */
  leftOut: optional(list(object({ reason: text() }))),
  ...originShape,
});

/** The settings of a report, and what else its results depend on. */
export type CurvatureRecord = Shaped<typeof curvature>;

/** The settings of a report. */
export type Settings = CurvatureRecord["settings"];

/** The shape of `curvature.json`. */
export const curvatureShape: Shape<CurvatureRecord> = (found) => {
  const fault = curvature(found);
  if (fault !== undefined) return fault;
  const { task: name, fields, run, runs = run, ownFiles } = (found as CurvatureRecord).settings;
  if ((fields === undefined) === (runs === undefined)) {
    return mismatch(["settings"], "either fields or runs", fields === undefined ? undefined : "both");
  }
  if (fields === undefined) return undefined;
  const task = TASKS.get(name)!;
  const choices = namesInRecord("activation", activationChoices(task).choices, ownFiles);
  const at = fields.activations.findIndex((activation) => !choices.includes(activation));
  if (at >= 0) {
    return mismatch(
      ["settings", "fields", "activations", at],
      `one of ${choices.join(", ")}`,
      fields.activations[at],
    );
  }
  // The options of files that are not loaded are not known.
  if (!areLoaded(ownFiles)) return undefined;
  const shared = sharedOptions(task);
  const option = Object.keys(fields.options).find((each) => !shared.has(each));
  if (option === undefined) return undefined;
  return mismatch(["settings", "fields", "options", option], "no such option", fields.options[option]);
};

/** A record whose runs are all in one list, in the form in which a new one is stored. */
export function withRuns(record: CurvatureRecord): CurvatureRecord {
  const { run, ...settings } = record.settings;
  if (run === undefined) return record;
  return { ...record, settings: { ...settings, runs: [{ series: basename(run.path), ...run }] } };
}

const part = object({
  series: text(),
  seed: count(0),
  step: count(0),
  measurement: word(MEASUREMENTS.map(({ name }) => name)),
  made: optional(text()),
  parameters: count(1),
  /** How long it took. */
  seconds: number({ min: 0 }),
  result: anything(),
});

/** Whether a part was measured as it would be measured now. */
export function isCurrent({ measurement, made }: Part): boolean {
  return MEASUREMENTS.some((each) => each.name === measurement && each.made === made);
}

/** The shape of a finished part, which is one line of `results.jsonl`. */
export function partShape({ settings }: CurvatureRecord): Shape<Part> {
  const planned = new Map(
    plannedParts(settings).flatMap(({ plan, measurements }) =>
      measurements.map((measurement) => [partKey({ ...plan, measurement: measurement.name }), measurement])
    ),
  );
  return (found) => {
    const fault = part(found);
    if (fault !== undefined) return fault;
    const key = partKey(found as Part);
    const measurement = planned.get(key);
    if (measurement === undefined) return mismatch([], "a measurement of this report", key);
    // It is measured anew.
    if (!isCurrent(found as Part)) return undefined;
    const within = measurement.shape((found as Part).result);
    within?.keys.push("result");
    return within;
  };
}
