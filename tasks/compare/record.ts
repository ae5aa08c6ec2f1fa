/**
 * What a comparison stores: the shapes of `comparison.json` and of the lines of `results.jsonl`. Both files are checked against them before
 * anything is made of their content.
 *
 * @module
 */

import { isRecord } from "../../lib/data/scene/json_value.ts";
import { optimizerNames } from "../../lib/optim/registry.ts";
import { scheduleNames } from "../../lib/train/schedule_registry.ts";
import { TASKS } from "../registry.ts";
import { areLoaded, namesInRecord, ownFilesShape } from "../own/own_files.ts";
import { originShape } from "../run/origin.ts";
import { qualityShape } from "../run/quality.ts";
import {
  anything,
  flag,
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
import { activationChoices } from "../training/activation_choices.ts";
import { inputHashesShape } from "../training/input_hashes.ts";
import { kernelsShape } from "../training/kernels_shape.ts";
import { sharedOptions } from "./command.ts";
import { SEARCH, type SearchedSchedule } from "./halving.ts";
import { pairName, pairsOf } from "./pair.ts";
import { runId } from "./run_id.ts";

const count = (min: number) => number({ whole: true, min });
const positive = () => number({ above: 0 });

/** What a comparison trains on. */
const input = object({
  /** The name in the report. */
  name: printable(),
  /** Undefined for the task's default input. */
  path: optional(text()),
});

/** The length of final runs: one of the three, or none for the task's default number of epochs. */
const length = object({
  /** Training time of the whole comparison. */
  budgetSeconds: optional(positive()),
  /** Training time of each final run. */
  seconds: optional(positive()),
  /** Epochs of each final run. */
  epochs: optional(count(1)),
});

const settings = object({
  task: word([...TASKS.keys()]),
  inputs: list(input, { least: 1 }),
  activations: list(printable(), { least: 1 }),
  optimizers: list(printable(), { least: 1 }),
  ownFiles: optional(ownFilesShape),
  seeds: number({ whole: true, min: 1, max: 1000 }),
  tune: flag(),
  length,
  target: optional(number()),
  /** The given options of the task, which apply to all runs. */
  options: record(anything()),
});

/** How fast a pair trains, and how many steps its runs have as a consequence. */
const pace = object({
  /** Steps of a final run, as planned before tuning. */
  steps: count(1),
  /** Steps of a trial, by rung. */
  trialSteps: list(count(1), { least: SEARCH.rungs.length, most: SEARCH.rungs.length }),
  /** Planned training time of a trial, by rung. */
  trialSeconds: list(positive(), { least: SEARCH.rungs.length, most: SEARCH.rungs.length }),
  stepsPerEpoch: count(1),
  /** Epochs of a final run if its length is given in epochs; the number of steps then depends on the size of the input. */
  epochs: optional(positive()),
  /** Planned training time of a final run. */
  seconds: positive(),
  /** The part of this time that is spent on curvature: Hessian-vector products, Gauss-Newton samples and Kronecker factors. */
  curvatureShare: number(),
  /** Memory on the device during training. */
  deviceBytes: count(0),
  parameters: count(1),
});

const comparison = object({
  settings,
  /** Hashes of the inputs, in their order. */
  inputHashes: optional(inputHashesShape),
  /** The command that repeats the comparison. */
  command: text(),
  quality: qualityShape,
  ...originShape,
  kernels: kernelsShape,
  /** The speed of each pair, by the pair's name. */
  paces: record(pace),
});

/** The settings of a comparison, what its results depend on, and the speeds measured before its first run. */
export type ComparisonRecord = Shaped<typeof comparison>;

/** What a report needs of a comparison. An engine's runs tell everything but the speeds. */
export type ReportedComparison = Omit<ComparisonRecord, "paces"> & Partial<Pick<ComparisonRecord, "paces">>;

/** The shape of the record of a comparison whose runs an engine makes, but for names that depend on the task. */
export const engineShape = object({
  settings,
  /** The command that repeats the comparison. */
  command: text(),
  /** The folder, within that of the comparison, of the sweep that makes its runs. */
  sweep: word(["sweep"]),
});

/** A comparison whose runs an engine makes: what its results depend on is in the folders of the runs. */
export type EngineComparison = Shaped<typeof engineShape>;

/** The settings of a comparison. Its results depend on nothing else but the speed of the device. */
export type Settings = ComparisonRecord["settings"];

/** What a comparison trains on. */
export type Input = Settings["inputs"][number];

/** The length of final runs. */
export type FinalLength = Settings["length"];

/** How fast a pair trains. */
export type PairPace = ComparisonRecord["paces"][string];

/** The shape of the `comparison.json` of a comparison whose runs this process makes. */
export const comparisonShape: Shape<ComparisonRecord> = (found) => {
  const fault = comparison(found);
  if (fault !== undefined) return fault;
  const { settings, paces } = found as ComparisonRecord;
  const pair = pairsOf(settings).map(pairName).find((name) => !Object.hasOwn(paces, name));
  return namesFault(settings) ??
    (pair === undefined ? undefined : mismatch(["paces", pair], "the speed of the pair", undefined));
};

/** The shape of any `comparison.json`. */
export const storedShape: Shape<ComparisonRecord | EngineComparison> = (found) => {
  if (!isRecord(found) || found.sweep === undefined) return comparisonShape(found);
  return engineShape(found) ?? namesFault((found as EngineComparison).settings);
};

/** What is wrong with the names of activations, optimizers and options, which depend on the task and on files of the user's own. */
function namesFault(settings: Settings): ReturnType<Shape<unknown>> {
  const task = TASKS.get(settings.task)!;
  const { ownFiles } = settings;
  const known = [["activation", activationChoices(task).choices], ["optimizer", optimizerNames]] as const;
  for (const [option, choices] of known) {
    const names = namesInRecord(option, choices, ownFiles);
    const key = `${option}s` as const;
    const at = settings[key].findIndex((name) => !names.includes(name));
    if (at >= 0) return mismatch(["settings", key, at], `one of ${names.join(", ")}`, settings[key][at]);
  }
  // The options of files that are not loaded are not known.
  if (!areLoaded(ownFiles)) return undefined;
  const shared = sharedOptions(task);
  const option = Object.keys(settings.options).find((name) => !shared.has(name));
  if (option !== undefined) {
    return mismatch(["settings", "options", option], "no such option", settings.options[option]);
  }
}

/** The shape of a finished run by itself. */
export const finishedShape = object({
  /** The name of the run; for a final run also that of its folder in `runs`. */
  id: text(),
  phase: word(["tuning", "final"]),
  activation: printable(),
  optimizer: printable(),
  /** Index of the input. */
  input: count(0),
  seed: count(0),
  /** Index of the trial's length; tuning only. */
  rung: optional(number({ whole: true, min: 0, max: SEARCH.rungs.length - 1 })),
  /** The learning rate in half decades from the default one; tuning only. */
  exponent: optional(number({ whole: true })),
  learningRate: positive(),
  schedule: word(scheduleNames),
  steps: count(0),
  stepsPerEpoch: count(1),
  /** Training time, synchronised with the device, without compilation and evaluation. */
  seconds: number({ min: 0 }),
  /** The number of Hessian-vector products. */
  hvps: count(0),
  /** The step at which the loss, a parameter or the result was not finite. */
  divergedAt: optional(count(0)),
  /** Whether this run was repeated because other load had disturbed it; final runs only. */
  repeated: optional(flag()),
  /** The device, where the runs may have been made by several; only of those of an engine. */
  adapter: optional(printable()),
  /** The last measurement; empty if the run diverged. */
  figures: record(number({ nonFinite: true })),
});

/** A finished run: one line of `results.jsonl`. */
export type RunRecord = Shaped<typeof finishedShape>;

/** The record of a run of tuning. */
export type TuningRecord = RunRecord & {
  readonly rung: number;
  readonly exponent: number;
  readonly schedule: SearchedSchedule;
};

/** The shape of the lines of a comparison's `results.jsonl`. A run's name, and so its folder, follows from its settings. */
export function runShape({ settings, quality }: Pick<ComparisonRecord, "settings" | "quality">): Shape<RunRecord> {
  const { activations, optimizers, inputs, seeds } = settings;
  return (found) => {
    const fault = finishedShape(found);
    if (fault !== undefined) return fault;
    const record = found as RunRecord;
    const { id, activation, optimizer, input, phase, seed, rung, exponent, divergedAt, figures } = record;
    if (!activations.includes(activation)) {
      return mismatch(["activation"], `one of ${activations.join(", ")}`, activation);
    }
    if (!optimizers.includes(optimizer)) return mismatch(["optimizer"], `one of ${optimizers.join(", ")}`, optimizer);
    if (input >= inputs.length) return mismatch(["input"], `a number below ${inputs.length}`, input);
    // Tuning has a seed that no final run has.
    if (phase === "final" && seed >= seeds) return mismatch(["seed"], `a number below ${seeds}`, seed);
    if (phase === "tuning" && seed !== seeds) return mismatch(["seed"], `${seeds}`, seed);
    if (phase === "tuning" && rung === undefined) return mismatch(["rung"], "a whole number", rung);
    if (phase === "tuning" && exponent === undefined) return mismatch(["exponent"], "a whole number", exponent);
    const expected = runId(record, inputs.length);
    if (id !== expected) return mismatch(["id"], `"${expected}"`, id);
    if (divergedAt === undefined && !Object.hasOwn(figures, quality.figure)) {
      return mismatch(["figures", quality.figure], "a number", undefined);
    }
  };
}
