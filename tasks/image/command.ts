import { defineCommand, type Values } from "../shell/command.ts";
import {
  BEST_OPTIMIZER_OPTION,
  type FieldDefaults,
  lastOptions,
  NETWORK_OPTIONS,
  objectiveOption,
  PAPER_OPTION,
  SCHEDULE_OPTION,
  UPDATE_OPTIONS,
} from "../training/options.ts";
import { EPOCHS_BOUNDS } from "../training/length_bounds.ts";

/** Hyper-parameters of activations and encodings as published for images. */
export const FIELD_DEFAULTS: FieldDefaults = { gaussian: { sigma: 0.05 } };

/** The number of passes over all pixels if neither epochs nor minutes are given. */
export const DEFAULT_EPOCHS = 6;

/** The options of `deno task image`. */
export const command = defineCommand({
  usage: "deno task image",
  summary:
    "Trains a neural field on an image. The field maps (row, column) in [-1, 1]² to the channels of the pixel there.",
  positionals: [{
    name: "image",
    help: "PNG or JPEG file; it is turned upright, and its pixels are taken as sRGB",
    defaultText: "a photograph from an npm package",
  }],
  options: [
    ...NETWORK_OPTIONS.map((option) =>
      option.name === "activation"
        ? { ...option, default: "sine", defaultText: "sine; with --preset paper gaussian" } as const
        : option
    ),
    BEST_OPTIMIZER_OPTION,
    ...UPDATE_OPTIONS,
    {
      ...SCHEDULE_OPTION,
      default: "constant",
      defaultText: "the one that --optimizer auto chooses, otherwise constant",
    },
    objectiveOption("values", "meanSquaredError"),
    PAPER_OPTION,
    { name: "batch-size", kind: "integer", min: 1, default: 512, help: "Pixels per step" },
    { name: "size", kind: "integer", min: 0, default: 256, help: "Longer side in pixels; 0 keeps the image's size" },
    {
      name: "antialias",
      kind: "boolean",
      default: true,
      help: "Filter the image when shrinking it, to avoid aliasing",
    },
    {
      name: "crop",
      kind: "string",
      placeholder: "X,Y,W,H",
      help: "Part of the image to train on; it is cut out before --size applies",
    },
    {
      name: "keep-alpha",
      kind: "flag",
      help: "Train on alpha as a fourth channel instead of compositing the image on white",
    },
    {
      name: "epochs",
      kind: "integer",
      ...EPOCHS_BOUNDS,
      help: "Passes over all pixels, including those made before resuming",
      defaultText: `${DEFAULT_EPOCHS}, or no limit with --minutes or --deadline`,
    },
    ...lastOptions(FIELD_DEFAULTS, "values"),
  ],
  examples: [
    "deno task image photo.jpg --activation sine --optimizer adam --epochs 30 --seed 3 --name mine",
    "deno task image --resume runs/image/mine --epochs 60",
  ],
});

/** Every option with its value. */
export type ImageValues = Values<typeof command>;
