import { KERNEL_CHOICES } from "../../lib/linalg/gemm/family.ts";
import { optimizerNames } from "../../lib/optim/registry.ts";
import type { Values } from "../shell/command.ts";

/** The nonlinearity of a field: options of every training task. */
export const ACTIVATION_OPTIONS = [
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
  { name: "scale", kind: "number", exclusiveMin: 0, help: "Scale of wavelet's envelope", defaultText: "10" },
] as const;

/** What a field of layers of one width is. */
export const NETWORK_OPTIONS = [
  ...ACTIVATION_OPTIONS,
  { name: "octaves", kind: "integer", min: 1, max: 24, help: "Of relu-pe's encoding", defaultText: "8" },
  { name: "layers", kind: "integer", min: 1, max: 64, default: 4, help: "Hidden layers" },
  { name: "width", kind: "integer", min: 1, max: 4096, default: 256, help: "Units of a hidden layer" },
] as const;

/** How its gradient is followed: options of every training task. */
export const UPDATE_OPTIONS = [
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
    help: "Of esgd, esgdSoap: damping relative to the preconditioner",
    defaultText: "0.01; relu, relu-pe, esgdSoap: 0.03; paper: 0",
  },
  {
    name: "initial-probes",
    kind: "integer",
    min: 1,
    max: 1024,
    help: "Of esgd, esgdMax, esgdSoap: Hessian probes before the first step",
    defaultText: "16; esgdMax, paper: 1",
  },
  {
    name: "update-every",
    kind: "integer",
    min: 1,
    help:
      "Steps between two probes after the warm-up; of kfac, soap and shampoo, between two refreshes of their matrices",
    defaultText:
      "100; kfac, soap, esgdSoap, shampoo, sophiaH: 10; adaHessianE, adaHessianJ, gaussNewton: 1; shampoo with paper: 1",
  },
  { name: "clip-norm", kind: "number", exclusiveMin: 0, help: "Largest norm of a gradient", defaultText: "no limit" },
] as const;

/** Update rules, and `auto` for what did best. */
export const OPTIMIZER_CHOICES: readonly string[] = [...optimizerNames, "auto"];

/** Names of the schedules. */
export const SCHEDULES = ["constant", "cosine", "exponential", "step", "warmup"] as const;

/** The update rule, where a task does not settle on one. */
export const BEST_OPTIMIZER_OPTION = {
  name: "optimizer",
  kind: "choice",
  choices: OPTIMIZER_CHOICES,
  default: "auto",
  help:
    "Update rule; auto is what did best so far with the activation (docs/compare.md), with its rate and schedule; with --preset paper it is esgd",
} as const;

/** The published settings together. */
export const PAPER_OPTION = {
  name: "preset",
  kind: "choice",
  choices: ["paper"],
  help: "Published settings of optimizer and rates",
} as const;

/** How long a run is, and how it is watched and kept: options of every training task. */
export const RUN_OPTIONS = [
  {
    name: "minutes",
    kind: "number",
    exclusiveMin: 0,
    help: "As many steps, or as many more when resuming, as training makes in this time, measured before it starts",
    defaultText: "no limit",
  },
  {
    name: "schedule-epochs",
    kind: "integer",
    min: 1,
    help: "Horizon of the schedule, fixed at the first start",
    defaultText: "--epochs, or what --minutes gives",
  },
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
] as const;

interface SharedOptions {
  readonly usage: string;
  readonly summary: string;
  readonly options: readonly (
    | typeof ACTIVATION_OPTIONS[number]
    | typeof UPDATE_OPTIONS[number]
    | typeof RUN_OPTIONS[number]
  )[];
}

/** The values that every training task has: of the options above, and of those whose help or default is the task's own. */
export type TrainingValues = Values<SharedOptions> & {
  /** Width of the activation gaussian. */
  readonly sigma?: number;
  /** Octaves of relu-pe's encoding. */
  readonly octaves?: number;
  /** Update rule. */
  readonly optimizer: string;
  /** How the rate changes along the run. */
  readonly schedule?: typeof SCHEDULES[number];
  /** A name for many settings together; `paper` stands for the published ones. */
  readonly preset?: string;
  /** Passes over all samples. */
  epochs?: number;
  /** Samples of a step. */
  readonly batchSize?: number;
};

/** The values of a run, with nothing left open that depends on the adapter or on other values. */
export type SettledValues = TrainingValues & Required<Pick<TrainingValues, "schedule" | "batchSize">>;
