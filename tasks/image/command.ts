import { KERNEL_CHOICES } from "../../lib/gpu/device.ts";
import { defineCommand } from "../shell/options.ts";
import type { Values } from "../shell/command.ts";
import { optimizerNames } from "../../lib/optim/registry.ts";

/** Passes over all pixels where neither epochs nor minutes are given. */
export const DEFAULT_EPOCHS = 6;

/** The options of `deno task image`. */
export const command = defineCommand({
  usage: "deno task image",
  summary: "Trains a neural field on a picture: (row, column) in [-1, 1]² to its channels.",
  positionals: [{ name: "picture", help: "PNG or JPEG", defaultText: "a photograph from an npm package" }],
  options: [
    {
      name: "activation",
      kind: "choice",
      choices: ["gaussian", "sine", "wavelet", "sinc", "relu-pe", "relu"],
      default: "gaussian",
      help: "Nonlinearity of the hidden layers",
    },
    {
      name: "omega",
      kind: "number",
      exclusiveMin: 0,
      help: "Frequency of sine, sinc and wavelet",
      defaultText: "30; wavelet: 10",
    },
    { name: "sigma", kind: "number", exclusiveMin: 0, help: "Width of gaussian", defaultText: "0.05" },
    { name: "scale", kind: "number", exclusiveMin: 0, help: "Scale of wavelet's envelope", defaultText: "10" },
    { name: "octaves", kind: "integer", min: 1, max: 24, help: "Of relu-pe's encoding", defaultText: "8" },
    {
      name: "optimizer",
      kind: "choice",
      choices: optimizerNames,
      default: "esgd",
      help: "Update rule",
    },
    {
      name: "learning-rate",
      kind: "number",
      exclusiveMin: 0,
      help: "Base rate",
      defaultText: "by activation and optimizer",
    },
    { name: "weight-decay", kind: "number", min: 0, help: "Decoupled decay λ", defaultText: "0; adamW: 0.01" },
    {
      name: "relative-damping",
      kind: "number",
      min: 0,
      help: "Of esgd: damping relative to the preconditioner",
      defaultText: "0.01; relu, relu-pe: 0.03; paper: 0",
    },
    {
      name: "initial-probes",
      kind: "integer",
      min: 1,
      max: 1024,
      help: "Of esgd: Hessian probes before the first step",
      defaultText: "16; paper: 1",
    },
    {
      name: "update-every",
      kind: "integer",
      min: 1,
      help: "Of esgd: steps between two probes after the warm-up",
      defaultText: "100",
    },
    {
      name: "schedule",
      kind: "choice",
      choices: ["constant", "cosine", "exponential", "step", "warmup"],
      default: "constant",
      help: "How the rate changes along the run",
    },
    { name: "clip-norm", kind: "number", exclusiveMin: 0, help: "Largest norm of a gradient", defaultText: "no limit" },
    {
      name: "schedule-epochs",
      kind: "integer",
      min: 1,
      help: "Horizon of the schedule, fixed at the first start",
      defaultText: "--epochs, or what --minutes gives",
    },
    { name: "preset", kind: "choice", choices: ["paper"], help: "Published settings of optimizer and rates" },
    {
      name: "epochs",
      kind: "integer",
      min: 1,
      help: "Passes over all pixels, resumed ones included",
      defaultText: `${DEFAULT_EPOCHS}, or no limit with --minutes`,
    },
    {
      name: "minutes",
      kind: "number",
      exclusiveMin: 0,
      help: "As many steps, or as many more when resuming, as training makes in this time, measured before it starts",
      defaultText: "no limit",
    },
    { name: "batch-size", kind: "integer", min: 1, default: 512, help: "Pixels of a step" },
    { name: "layers", kind: "integer", min: 1, max: 64, default: 4, help: "Hidden layers" },
    { name: "width", kind: "integer", min: 1, max: 4096, default: 256, help: "Units of a hidden layer" },
    { name: "size", kind: "integer", min: 0, default: 256, help: "Longer side in pixels; 0 keeps the picture's own" },
    { name: "antialias", kind: "boolean", default: true, help: "Antialias when shrinking" },
    { name: "crop", kind: "string", placeholder: "X,Y,W,H", help: "Part of the picture, before --size" },
    { name: "keep-alpha", kind: "flag", help: "Train alpha as a channel instead of compositing on white" },
    { name: "seed", kind: "integer", min: 0, max: 4294967295, default: 0, help: "Of initialisation, order and probes" },
    {
      name: "evaluate-every",
      kind: "integer",
      min: 1,
      help: "Epochs between evaluations",
      defaultText: "about 20 a run",
    },
    { name: "snapshot-every", kind: "integer", min: 1, help: "Evaluations between snapshots", defaultText: "none" },
    {
      name: "kernels",
      kind: "choice",
      choices: KERNEL_CHOICES,
      default: "auto",
      help: "How matrix products are computed; auto measures once for an adapter",
    },
    {
      name: "dry-run",
      kind: "flag",
      help: "Show what the run would take, in time and memory, measured on copies; train nothing",
    },
    { name: "software", kind: "flag", help: "Accept a software adapter beside an NVIDIA device" },
    { name: "name", kind: "string", help: "Name of the run", defaultText: "the time" },
    {
      name: "resume",
      kind: "string",
      placeholder: "FOLDER",
      help: "Go on with a run; may change --epochs and --minutes",
    },
  ],
  examples: [
    "deno task image photo.jpg --activation sine --optimizer adam --epochs 30 --seed 3 --name mine",
    "deno task image --resume runs/image/mine --epochs 60",
  ],
});

/** Every option with its value. */
export type ImageValues = Values<typeof command>;
