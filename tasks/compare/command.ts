import { camelCase, type Command, defineCommand, type Option, type Values } from "../shell/command.ts";
import type { TrainingTask } from "../training/task.ts";
import type { DeviceValues } from "../shell/device_options.ts";
import { ENGINES, MANNER_OPTIONS } from "../sweep/command.ts";
import { outOption } from "../shell/run_path.ts";
import { EPOCHS_BOUNDS, MINUTES_BOUNDS } from "../training/length_bounds.ts";

/** The options of a comparison, whatever its task. */
const own = defineCommand({
  usage: "deno task compare",
  summary:
    "Compares optimizers on one or more activations over several seeds and writes a report. With --tune, each pair of " +
    "an optimizer and an activation trains with its own tuned learning rate and schedule. All pairs get the same training time: " +
    "--budget is divided equally among them; with --tune and three seeds, a pair spends four sevenths of its share on " +
    "tuning and three sevenths on its final runs. The budget does not include measuring the speed beforehand, compilation, " +
    "evaluation and the report. An interrupted comparison continues when the same command is given again.",
  options: [
    {
      name: "input",
      kind: "string",
      placeholder: "PATH",
      help: "File or scene to train on, or a folder of several; results are then means over all of them",
      defaultText: "the task's default input",
    },
    {
      name: "activations",
      kind: "string",
      placeholder: "NAME,…",
      default: "gaussian,sine,gabor,relu-pe",
      help: "Activations to compare, or files with some of your own, separated by commas",
    },
    {
      name: "optimizers",
      kind: "string",
      placeholder: "NAME,…",
      default: "adam,esgd,soap",
      help: "Optimizers to compare, or files with some of your own, separated by commas",
    },
    {
      name: "seeds",
      kind: "integer",
      min: 1,
      max: 1000,
      default: 3,
      help: "Final runs of each pair on each input; run i has the seed i, counted from 0",
    },
    {
      name: "tune",
      kind: "flag",
      help:
        "Search for each pair's best learning rate and schedule (constant or cosine) by successive halving. All pairs get the same search time, and the search uses a seed that no final run has",
    },
    {
      name: "budget",
      kind: "string",
      placeholder: "TIME",
      help: "Training time of the whole comparison, such as 90s, 20m or 1h30m; all final runs train equally long",
      defaultText: "none",
    },
    {
      name: "minutes",
      kind: "number",
      ...MINUTES_BOUNDS,
      help: "Training time of each final run, instead of --budget",
    },
    {
      name: "epochs",
      kind: "integer",
      ...EPOCHS_BOUNDS,
      help: "Epochs of each final run, instead of a training time",
      defaultText: "the task's default if neither --budget nor --minutes is given",
    },
    {
      name: "target",
      kind: "number",
      help: "Quality for which the time to reach it is reported: PSNR in dB; for occupancy IoU",
      defaultText: "the quality that the median optimizer reaches",
    },
    {
      name: "dry-run",
      kind: "flag",
      help:
        "Measure time and memory and show the plan, but do not train; with --engine nothing is measured, and the command lines of the runs are shown",
    },
    { name: "name", kind: "string", help: "Name of the comparison", defaultText: "made from its options" },
    outOption("comparison", "compare/NAME"),
    { name: "resume", kind: "string", placeholder: "FOLDER", help: "Continue an interrupted comparison" },
    {
      name: "engine",
      kind: "choice",
      choices: ENGINES,
      help:
        "Make each run by a process of its own, on this machine (local) or on a Slurm cluster (docs/scale.md); not with --tune",
      defaultText: "none: this process makes the runs one after the other",
    },
    ...MANNER_OPTIONS,
  ],
});

/** Options of a task that a comparison sets itself or does not support. */
const NOT_SHARED = new Set([
  ...[
    "activation",
    "optimizer",
    "seed",
    "schedule-epochs",
    "deadline",
    "conclude",
    "snapshot-every",
    "keep-checkpoints",
    "on-divergence",
    "config",
    "show-cameras",
  ],
  ...own.options.map(({ name }) => name as string),
]);

/** The values of the comparison's own options. */
export type CompareValues = Values<typeof own> & { readonly task: string } & DeviceValues;

/** The options of a task that apply to all runs of a comparison, by their names in camelCase. */
export function sharedOptions({ command }: TrainingTask): Map<string, Option> {
  const shared = command.options.filter(({ name }) => !NOT_SHARED.has(name));
  return new Map(shared.map((option) => [camelCase(option.name), option]));
}

/** The command `deno task compare --task NAME`. */
export function commandFor(task: TrainingTask, tasks: readonly string[]): Command {
  const group = `Options of deno task ${task.name}, which apply to all runs`;
  return {
    usage: own.usage,
    summary: own.summary,
    options: [
      { name: "task", kind: "choice", choices: tasks, default: "image", help: "Task to train" },
      ...own.options,
      ...[...sharedOptions(task).values()].map((option) => ({ ...option, group: option.group ?? group })),
    ],
    examples: [
      "deno task compare --input photo.png --tune --budget 20m",
      "deno task compare --input photo.png --activations sine,./finer.ts --optimizers adam,./lion.ts --minutes 2",
      "deno task compare --input photos --optimizers adam,soap --epochs 100 --engine slurm --partition gpu --gpus 1",
      "deno task compare --task occupancy --input meshes --optimizers adam,esgd,muon --minutes 2 --seeds 1",
    ],
  };
}
