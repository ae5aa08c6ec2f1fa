import { camelCase, type Command, type Option, type Values } from "../shell/command.ts";
import { defineCommand } from "../shell/options.ts";
import type { TrainingTask } from "../training/task.ts";

/** The options that comparisons of all tasks have. */
const own = defineCommand({
  usage: "deno task compare",
  summary:
    "Compares optimizers on one or more activations, each with a tuned rate and schedule and the same training " +
    "time, over several seeds; leaves a report. Interrupted, it goes on when given the same command. Training time " +
    "(--budget) is divided equally among all pairs of an optimizer and an activation; with three seeds a pair " +
    "spends four sevenths of its share on tuning, three sevenths on its final runs. Measuring the pace beforehand, " +
    "compilation, evaluation and the report come on top.",
  options: [
    {
      name: "input",
      kind: "string",
      placeholder: "PATH",
      help: "What is trained on, or a folder of such: figures are then means over them",
      defaultText: "the task's own",
    },
    {
      name: "activations",
      kind: "string",
      placeholder: "NAME,…",
      default: "gaussian,sine,wavelet,relu-pe",
      help: "Nonlinearities",
    },
    { name: "optimizers", kind: "string", placeholder: "NAME,…", default: "adam,esgd,soap", help: "Update rules" },
    {
      name: "seeds",
      kind: "integer",
      min: 1,
      max: 1000,
      default: 3,
      help: "Final runs of a pair on an input; seeds from 0",
    },
    {
      name: "tune",
      kind: "flag",
      help:
        "Search for each pair's rate and schedule (constant, cosine) by successive halving, with a seed of its own and the same effort for all pairs",
    },
    {
      name: "budget",
      kind: "string",
      placeholder: "TIME",
      help: "Training time of the whole comparison, such as 90s, 20m, 1h30m; all final runs train equally long",
      defaultText: "none",
    },
    { name: "minutes", kind: "number", exclusiveMin: 0, help: "Training time of each final run, instead of --budget" },
    {
      name: "epochs",
      kind: "integer",
      min: 1,
      help: "Epochs of each final run, instead of a time",
      defaultText: "the task's, without --budget and --minutes",
    },
    {
      name: "target",
      kind: "number",
      help: "Quality (PSNR in dB, for occupancy IoU) whose first reaching is timed",
      defaultText: "what the median optimizer reaches",
    },
    { name: "dry-run", kind: "flag", help: "Show the plan with measured time and memory; train nothing" },
    { name: "name", kind: "string", help: "Name of the comparison", defaultText: "made from its options" },
    { name: "resume", kind: "string", placeholder: "FOLDER", help: "Go on with an interrupted comparison" },
  ],
});

/** What a comparison sets itself or has no use for. */
const NOT_SHARED = new Set([
  ...["activation", "optimizer", "seed", "schedule-epochs", "snapshot-every", "show-cameras"],
  ...own.options.map(({ name }) => name as string),
]);

/** The options of the comparison's own. */
export type CompareValues = Values<typeof own> & { readonly task: string; readonly software?: boolean };

/** Options of a task that apply to all runs of a comparison, by their names in camelCase. */
export function sharedOptions({ command }: TrainingTask): Map<string, Option> {
  const shared = command.options.filter(({ name }) => !NOT_SHARED.has(name));
  return new Map(shared.map((option) => [camelCase(option.name), option]));
}

/** The command `deno task compare --task NAME`. */
export function commandFor(task: TrainingTask, tasks: readonly string[]): Command {
  const group = `Of deno task ${task.name}, for all runs`;
  return {
    usage: own.usage,
    summary: own.summary,
    options: [
      { name: "task", kind: "choice", choices: tasks, default: "image", help: "What is trained" },
      ...own.options,
      ...[...sharedOptions(task).values()].map((option) => ({ ...option, group })),
    ],
    examples: [
      "deno task compare --input photo.png --tune --budget 20m",
      "deno task compare --task occupancy --input meshes --optimizers adam,esgd,muon --minutes 2 --seeds 1",
    ],
  };
}
