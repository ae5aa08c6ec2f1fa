import type { Values } from "../shell/command.ts";
import { defineCommand } from "../shell/options.ts";
import {
  NETWORK_OPTIONS,
  OPTIMIZER_CHOICES,
  PAPER_OPTION,
  RUN_OPTIONS,
  SCHEDULES,
  UPDATE_OPTIONS,
} from "../training/options.ts";

/** Passes over all pixels where neither epochs nor minutes are given. */
export const DEFAULT_EPOCHS = 6;

/** The options of `deno task image`. */
export const command = defineCommand({
  usage: "deno task image",
  summary: "Trains a neural field on a picture: (row, column) in [-1, 1]² to its channels.",
  positionals: [{ name: "picture", help: "PNG or JPEG", defaultText: "a photograph from an npm package" }],
  options: [
    ...NETWORK_OPTIONS,
    { name: "sigma", kind: "number", exclusiveMin: 0, help: "Width of gaussian", defaultText: "0.05" },
    {
      name: "optimizer",
      kind: "choice",
      choices: OPTIMIZER_CHOICES,
      default: "esgd",
      help:
        "Update rule; auto is what did best in comparisons with the activation (docs/compare.md), with its rate and schedule",
    },
    ...UPDATE_OPTIONS,
    {
      name: "schedule",
      kind: "choice",
      choices: SCHEDULES,
      default: "constant",
      help: "How the rate changes along the run",
    },
    PAPER_OPTION,
    { name: "batch-size", kind: "integer", min: 1, default: 512, help: "Pixels of a step" },
    { name: "size", kind: "integer", min: 0, default: 256, help: "Longer side in pixels; 0 keeps the picture's own" },
    { name: "antialias", kind: "boolean", default: true, help: "Antialias when shrinking" },
    { name: "crop", kind: "string", placeholder: "X,Y,W,H", help: "Part of the picture, before --size" },
    { name: "keep-alpha", kind: "flag", help: "Train alpha as a channel instead of compositing on white" },
    {
      name: "epochs",
      kind: "integer",
      min: 1,
      help: "Passes over all pixels, resumed ones included",
      defaultText: `${DEFAULT_EPOCHS}, or no limit with --minutes`,
    },
    ...RUN_OPTIONS,
  ],
  examples: [
    "deno task image photo.jpg --activation sine --optimizer adam --epochs 30 --seed 3 --name mine",
    "deno task image --resume runs/image/mine --epochs 60",
  ],
});

/** Every option with its value. */
export type ImageValues = Values<typeof command>;
