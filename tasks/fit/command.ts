import { defineCommand, type Values } from "../shell/command.ts";
import {
  type FieldDefaults,
  lastOptions,
  NETWORK_OPTIONS,
  OBJECTIVE_HELP,
  objectiveOption,
  OPTIMIZER_CHOICE,
  OPTIMIZER_HELP,
  PAPER_OPTION,
  SCHEDULE_OPTION,
  UPDATE_OPTIONS,
} from "../training/options.ts";
import { EPOCHS_BOUNDS } from "../training/length_bounds.ts";

/** Lower frequencies than those for pictures: tables have fewer samples, between which a field with high ones oscillates. */
export const FIELD_DEFAULTS: FieldDefaults = { sine: { omega: 10 }, gaussian: { sigma: 0.2 } };

/** A network that is large enough for some thousand samples, and is trained on them in seconds on a software adapter. */
const networkOptions = NETWORK_OPTIONS.map((option) => {
  if (option.name === "activation") return { ...option, default: "sine" } as const;
  if (option.name === "layers") return { ...option, default: 3 } as const;
  return option.name === "width" ? { ...option, default: 128 } as const : option;
});

/** The number of passes over all samples if neither epochs nor minutes are given. */
export const DEFAULT_EPOCHS = 100;

/** The options of `deno task fit`. */
export const command = defineCommand({
  usage: "deno task fit",
  summary:
    "Trains a neural field on arrays of your own: rows of coordinates, and what the field should be there. A part of the rows is held out for testing.",
  positionals: [
    {
      name: "inputs",
      help: "Coordinates, a row for each sample: a NumPy array (.npy) of f32, f64 or integers, or a table (.csv, .tsv)",
      defaultText: "a surface of two waves",
    },
    {
      name: "targets",
      help: "What the field should be there, a row for each sample",
      defaultText: "the last columns of the first file",
    },
  ],
  options: [
    ...networkOptions,
    {
      ...OPTIMIZER_CHOICE,
      default: "adam",
      help:
        `${OPTIMIZER_HELP}; auto is adam with a cosine schedule, because optimizers cannot be compared on unknown data`,
    },
    ...UPDATE_OPTIONS,
    { ...SCHEDULE_OPTION, default: "cosine" },
    {
      ...objectiveOption("any", "meanSquaredError"),
      help: `${OBJECTIVE_HELP}; with binaryCrossEntropy targets are probabilities, and the field gives their logits`,
    },
    PAPER_OPTION,
    { name: "batch-size", kind: "integer", min: 1, default: 512, help: "Samples per step" },
    {
      name: "target-columns",
      kind: "integer",
      min: 1,
      default: 1,
      help: "How many of the last columns are targets, if one file has both",
    },
    {
      name: "normalise",
      kind: "boolean",
      default: true,
      help:
        "Shift and scale each column of the inputs to [-1, 1], and of the targets to [0, 1] except with binaryCrossEntropy",
    },
    {
      name: "test-share",
      kind: "number",
      min: 0,
      max: 0.9,
      default: 0.1,
      help: "Share of the samples that are held out for testing, chosen at random by the seed",
    },
    {
      name: "epochs",
      kind: "integer",
      ...EPOCHS_BOUNDS,
      help: "Passes over all samples, including those made before resuming",
      defaultText: `${DEFAULT_EPOCHS}, or no limit with --minutes or --deadline`,
    },
    ...lastOptions(FIELD_DEFAULTS, "any"),
  ],
  examples: [
    "deno task fit coordinates.npy values.npy --activation sine --minutes 2 --name mine",
    "deno task fit measurements.csv --target-columns 3 --optimizer soap",
  ],
});

/** Every option with its value. */
export type FitValues = Values<typeof command>;
