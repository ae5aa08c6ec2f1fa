/**
 * What a sweep stores: the shapes of `sweep.json` and of the lines of `results.jsonl`. Both files are checked against them before anything
 * is made of their content.
 *
 * @module
 */

import { TASKS } from "../registry.ts";
import { ownFilesShape } from "../own/own_files.ts";
import {
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
import { inputHashesShape } from "../training/input_hashes.ts";
import type { OptionValue } from "./option_words.ts";
import { slurmShape } from "./slurm/options.ts";

/** A value of an option. */
export const valueShape: Shape<OptionValue> = (found) => {
  const isPair = Array.isArray(found) && found.length === 2 && found.every((each) => typeof each === "number");
  return isPair || ["number", "string", "boolean"].includes(typeof found)
    ? undefined
    : mismatch([], "a number, a text, true, false or a pair of numbers", found);
};

/** Lists of values by the name of their option: all combinations of them are trained. */
export const gridShape: Shape<Readonly<Record<string, readonly OptionValue[]>>> = record(
  list(valueShape, { least: 1 }),
);

const input = object({
  /** Its files or folders as they were typed. */
  name: printable(),
  /** Their absolute paths, which are the task's arguments; none for the task's default input. */
  paths: list(text()),
});

const settings = object({
  task: word([...TASKS.keys()]),
  inputs: list(input, { least: 1 }),
  /** Options that all runs share, by their names at the command line. */
  options: record(valueShape),
  grids: list(gridShape, { least: 1 }),
  ownFiles: optional(ownFilesShape),
});

const how = object({
  engine: word(["local", "slurm"]),
  /** The most runs at a time; undefined for no limit other than Slurm's. */
  jobs: optional(number({ whole: true, min: 1 })),
  /** How often a run is started again that failed. */
  retries: number({ whole: true, min: 0 }),
  /** Seconds between two looks at Slurm's queue. */
  lookEvery: number({ above: 0 }),
  cancelOnStop: flag(),
  slurm: slurmShape,
});

/** The shape of `sweep.json`. */
export const sweepShape = object({
  settings,
  /** Hashes of all files and folders of the inputs, in their order. */
  inputHashes: optional(inputHashesShape),
  /** The command that makes the sweep. */
  command: text(),
  /** What tells this sweep's jobs from all others in a queue. */
  jobName: text({ like: (found) => /^[\w.-]+$/.test(found), what: "a name without spaces" }),
  how,
});

/** A sweep: what it trains, and how. */
export type SweepRecord = Shaped<typeof sweepShape>;

/** What the runs of a sweep depend on. */
export type SweepSettings = SweepRecord["settings"];

/** What a sweep trains on. */
export type SweepInput = SweepSettings["inputs"][number];

/** How a sweep makes its runs. The runs do not depend on it. */
export type SweepManner = SweepRecord["how"];

/** The shape of the lines of `results.jsonl`: what a run failed of. */
export const failureShape = object({
  /** The run's number. */
  run: number({ whole: true, min: 1 }),
  /** How often it had been started by the same call, this time included. */
  tries: number({ whole: true, min: 1 }),
  reason: printable(),
});

/** What a run failed of. */
export type Failure = Shaped<typeof failureShape>;
