import { camelCase, type Command, defineCommand, type Option, type Values } from "../shell/command.ts";
import type { TrainingTask } from "../training/task.ts";
import type { DeviceValues } from "../shell/device_options.ts";
import { outOption } from "../shell/run_path.ts";

const own = defineCommand({
  usage: "deno task curvature",
  summary:
    "Measures the curvature of a task's loss: how dense Hessian-vector products are, how widely the Hessian's eigenvalues are spread " +
    "without and with preconditioners, how good estimates of preconditioners are, and how noisy gradients are. It does so for fields " +
    "at initialisation, or with --run at all checkpoints of runs, and writes a report. What is interrupted continues when the same command " +
    "is given again.",
  options: [
    {
      name: "input",
      kind: "string",
      placeholder: "PATH",
      help: "File or scene whose loss is measured",
      defaultText: "the task's default input",
    },
    {
      name: "run",
      kind: "string",
      placeholder: "FOLDER,…",
      help:
        "Measure the checkpoints of this run, with its field, data and objective; of several runs of one task, separated by commas; or of all " +
        "runs in this folder. Runs that differ in the seed only are one series",
    },
    {
      name: "activations",
      kind: "string",
      placeholder: "NAME,…",
      default: "gaussian,sine,gabor,relu-pe",
      help: "Activations to measure, or files with some of your own, separated by commas",
    },
    {
      name: "seeds",
      kind: "integer",
      min: 1,
      max: 100,
      default: 3,
      help: "Fields of each activation; field i has the seed i, counted from 0",
    },
    {
      name: "batch-sizes",
      kind: "string",
      placeholder: "N,…",
      default: "1,16,256,4096,65536",
      help:
        "Batch sizes at which the density of products is measured, separated by commas; all samples stand for sizes above the data's",
    },
    {
      name: "samples",
      kind: "integer",
      min: 1,
      max: 1048576,
      default: 512,
      help: "Samples of the batch on which everything else is measured",
    },
    {
      name: "directions",
      kind: "choice",
      choices: ["rademacher", "normal"],
      default: "rademacher",
      help: "Random directions of the products whose density is measured: signs ±1, or normal numbers",
    },
    {
      name: "small-width",
      kind: "integer",
      min: 2,
      max: 64,
      default: 12,
      help: "Width of the small field (two hidden layers) whose Hessian is computed explicitly",
    },
    { name: "name", kind: "string", help: "Name of the report's folder", defaultText: "made from its options" },
    outOption("report", "curvature/NAME"),
    { name: "resume", kind: "string", placeholder: "FOLDER", help: "Continue an interrupted report" },
  ],
});

/** Options of a task that do not matter here, because nothing is trained, or that the command sets itself. */
const NOT_SHARED = new Set([
  ...["optimizer", "learning-rate", "clip-norm", "schedule", "schedule-epochs", "epochs", "minutes", "preset", "seed"],
  "deadline",
  ...[
    "activation",
    "evaluate-every",
    "snapshot-every",
    "tensorboard",
    "dry-run",
    "config",
    "conclude",
    "batch-size",
    "show-cameras",
    "path",
    "frames",
  ],
  ...[
    "keep-checkpoints",
    "on-divergence",
    "on-write-error",
    "test-views",
    "test-points",
    "resolution",
    "metric",
    "rays",
  ],
  ...own.options.map(({ name }) => name as string),
]);

/** The headings of options that do not matter here either. */
const NOT_SHARED_GROUPS = /^Options of (optimizers|schedules)/;

/** The values of the command's own options. */
export type CurvatureValues = Values<typeof own> & { readonly task: string } & DeviceValues;

/** The options of a task that describe its field, data and objective, by their names in camelCase. */
export function sharedOptions({ command }: TrainingTask): Map<string, Option> {
  const shared = command.options.filter(({ name, group }) =>
    !NOT_SHARED.has(name) && !NOT_SHARED_GROUPS.test(group ?? "")
  );
  return new Map(shared.map((option) => [camelCase(option.name), option]));
}

/** Defaults for tasks whose samples are rays, of which each takes as long as many points. */
const DEFAULTS_OF_RAYS: Readonly<Record<string, unknown>> = { "batch-sizes": "1,8,64,512", samples: 64 };

function withDefaultsOf(task: TrainingTask, option: Option): Option {
  const rays = task.sizes.rowsPerSample !== undefined && Object.hasOwn(DEFAULTS_OF_RAYS, option.name);
  return rays ? { ...option, default: DEFAULTS_OF_RAYS[option.name] } as Option : option;
}

/** The command `deno task curvature --task NAME`. */
export function commandFor(task: TrainingTask, tasks: readonly string[]): Command {
  const group = `Options of deno task ${task.name} that describe the field and its data`;
  return {
    usage: own.usage,
    summary: own.summary,
    options: [
      { name: "task", kind: "choice", choices: tasks, default: "image", help: "Task whose loss is measured" },
      ...own.options.map((option) => withDefaultsOf(task, option)),
      ...[...sharedOptions(task).values()].map((option) => ({ ...option, group: option.group ?? group })),
    ],
    examples: [
      "deno task curvature --input photo.jpg",
      "deno task curvature --task occupancy --activations sine,relu-pe --seeds 1",
      "deno task curvature --run runs/image/mine",
      "deno task curvature --run runs/image/sine-s0,runs/image/sine-s1,runs/image/relu-s0",
    ],
  };
}
