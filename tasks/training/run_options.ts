import { STORAGE_FORMATS } from "../../lib/gpu/storage_format.ts";
import { KERNEL_CHOICES } from "../../lib/linalg/gemm/family.ts";
import { DEVICE_OPTIONS } from "../shell/device_options.ts";
import { outOption } from "../shell/run_path.ts";
import { EPOCHS_BOUNDS, MINUTES_BOUNDS } from "./length_bounds.ts";
import { WRITE_ERROR_CHOICES } from "./write_errors.ts";

/** The options that may be given with `--resume`. */
export const CHANGEABLE = [
  ...["epochs", "minutes", "deadline", "conclude"],
  ...["adapter", "software", "on-divergence", "on-write-error"],
];

/** Their list in a sentence. */
export const CHANGEABLE_TEXT = CHANGEABLE.map((name) => `--${name}`).join(", ").replace(/, (\S+)$/, " and $1");

/** Options that say how long a run is, and how it is watched and kept. */
export const RUN_OPTIONS = [
  {
    name: "minutes",
    kind: "number",
    ...MINUTES_BOUNDS,
    help:
      "Train for about this many minutes, or for as many more when resuming; the number of steps is estimated first",
    defaultText: "no limit",
  },
  {
    name: "deadline",
    kind: "string",
    placeholder: "DURATION",
    help:
      "Time from the start of the command to its end, such as 20m or 1h30m, with everything that precedes and follows training; --minutes is training alone",
    defaultText: "none",
  },
  {
    name: "schedule-epochs",
    kind: "integer",
    ...EPOCHS_BOUNDS,
    help: "Epochs after which the schedule ends; resuming does not change it",
    defaultText: "the length of the run at its first start",
  },
  {
    name: "seed",
    kind: "integer",
    min: 0,
    max: 4294967295,
    default: 0,
    help: "Random seed for initialisation, sample order and probes",
  },
  {
    name: "evaluate-every",
    kind: "integer",
    min: 1,
    help: "Epochs between two evaluations",
    defaultText: "about 20 evaluations per run",
  },
  {
    name: "snapshot-every",
    kind: "integer",
    min: 1,
    help: "Evaluations between two snapshots of the result",
    defaultText: "no snapshots",
  },
  {
    name: "keep-checkpoints",
    kind: "integer",
    min: 1,
    help:
      "Checkpoints to keep along the run besides the newest three: the last evaluation's in each of this many equal parts of the run",
    defaultText: "the newest three only",
  },
  { name: "tensorboard", kind: "flag", help: "Also write the measurements and previews as event files of TensorBoard" },
  {
    name: "on-divergence",
    kind: "choice",
    choices: ["stop", "rollback"],
    default: "stop",
    help:
      "What a run that diverges does: end, or go back to its last good checkpoint with half the learning rate, at most 5 times",
  },
  {
    name: "kernels",
    kind: "choice",
    choices: KERNEL_CHOICES,
    default: "auto",
    help: "Kernels for matrix products; auto measures them once for an adapter and uses the fastest",
  },
  {
    name: "storage",
    kind: "choice",
    choices: STORAGE_FORMATS,
    default: "f32",
    help:
      "How preactivations and values of hidden layers are stored during training; f16 takes half the memory for them and rounds them to 11 bits (docs/kernels.md), while weights and sums stay f32",
  },
  {
    name: "dry-run",
    kind: "flag",
    help: "Measure on copies how much time and memory the run would take, show it, and do not train",
  },
  ...DEVICE_OPTIONS,
  { name: "name", kind: "string", help: "Name of the run", defaultText: "the current time" },
  outOption("run", "TASK/NAME"),
  {
    name: "config",
    kind: "string",
    placeholder: "FILE",
    help: "JSON file with options, such as the config.json of a run; the command line wins",
    defaultText: "none",
  },
  {
    name: "on-write-error",
    kind: "choice",
    choices: WRITE_ERROR_CHOICES,
    default: "stop",
    help:
      "What to do when the disk is full or fails: stop, from where the run can be resumed, or wait until there is room; old checkpoints are removed first",
  },
  {
    name: "resume",
    kind: "string",
    placeholder: "FOLDER",
    help: `Continue a run; only ${CHANGEABLE_TEXT} may be given with it`,
  },
  {
    name: "conclude",
    kind: "flag",
    help: "With --resume: make what follows training from the newest checkpoint, without a further step",
  },
] as const;
