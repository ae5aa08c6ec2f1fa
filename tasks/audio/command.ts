import { defineCommand, type Values } from "../shell/command.ts";
import {
  type FieldDefaults,
  lastOptions,
  NETWORK_OPTIONS,
  objectiveOption,
  OPTIMIZER_CHOICE,
  OPTIMIZER_HELP,
  PAPER_OPTION,
  SCHEDULE_OPTION,
  UPDATE_OPTIONS,
} from "../training/options.ts";
import { EPOCHS_BOUNDS } from "../training/length_bounds.ts";

/** No hyper-parameters of activations and encodings differ from their own defaults. */
export const FIELD_DEFAULTS: FieldDefaults = {};

/** The number of passes over all samples if neither epochs nor minutes are given. */
export const DEFAULT_EPOCHS = 30;

/** The options of `deno task audio`. */
export const command = defineCommand({
  usage: "deno task audio",
  summary:
    "Trains a neural field on a sound. The field maps the time, from -S to S with the S of --time-scale, to the channels' amplitudes at that moment.",
  positionals: [{ name: "sound", help: "WAV file", defaultText: "a short chord" }],
  options: [
    ...NETWORK_OPTIONS.map((option) => option.name === "activation" ? { ...option, default: "sine" } as const : option),
    {
      ...OPTIMIZER_CHOICE,
      default: "adam",
      help: `${OPTIMIZER_HELP}; auto is adam with a cosine schedule, because optimizers were not compared on sounds`,
    },
    ...UPDATE_OPTIONS,
    { ...SCHEDULE_OPTION, default: "cosine" },
    objectiveOption("values", "meanSquaredError"),
    PAPER_OPTION,
    { name: "batch-size", kind: "integer", min: 1, default: 512, help: "Moments per step" },
    {
      name: "time-scale",
      kind: "number",
      exclusiveMin: 0,
      max: 1e6,
      default: 100,
      help: "Half the length of the field's time axis; the highest frequencies that a field learns grow with it",
    },
    { name: "start", kind: "number", min: 0, default: 0, help: "Where the part to train on begins, in seconds" },
    {
      name: "seconds",
      kind: "number",
      exclusiveMin: 0,
      help: "Length of the part to train on",
      defaultText: "up to the sound's end",
    },
    { name: "keep-channels", kind: "flag", help: "Train on all channels instead of their mean" },
    {
      name: "epochs",
      kind: "integer",
      ...EPOCHS_BOUNDS,
      help: "Passes over all moments, including those made before resuming",
      defaultText: `${DEFAULT_EPOCHS}, or no limit with --minutes or --deadline`,
    },
    ...lastOptions(FIELD_DEFAULTS, "values"),
  ],
  examples: [
    "deno task audio speech.wav --seconds 5 --minutes 3 --name speech",
    "deno task audio --resume runs/audio/speech --minutes 3",
  ],
});

/** Every option with its value. */
export type AudioValues = Values<typeof command>;
