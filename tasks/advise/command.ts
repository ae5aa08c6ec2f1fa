import { camelCase, type Command, defineCommand, type Option, type Values } from "../shell/command.ts";
import type { TrainingTask } from "../training/task.ts";
import { EPOCHS_BOUNDS, MINUTES_BOUNDS } from "../training/length_bounds.ts";

const own = defineCommand({
  usage: "deno task advise",
  summary:
    "Says which optimizer, learning rate and schedule to use for a field, its data and this device, for a run of a given length. The " +
    "choice is by what each optimizer reached in our comparisons after as many steps as it can make on this device in that time; the " +
    "steps' costs are measured, and so are the density and the conditioning of the Hessian and the noise of gradients, which explain it. " +
    "Measuring takes about as long as 300 steps of Adam, or 20 seconds if that is longer, and what compilation takes. Nothing is written.",
  options: [
    {
      name: "input",
      kind: "string",
      placeholder: "PATH",
      help: "File or scene to train on",
      defaultText: "the task's default input",
    },
    {
      name: "epochs",
      kind: "integer",
      ...EPOCHS_BOUNDS,
      help: "Length of the run: the time that Adam takes for so many passes over all samples",
      defaultText: "the task's default length",
    },
    {
      name: "minutes",
      kind: "number",
      ...MINUTES_BOUNDS,
      help: "Length of the run: so many minutes of training, instead of --epochs",
      defaultText: "no limit",
    },
    {
      name: "seconds",
      kind: "number",
      exclusiveMin: 0,
      max: 86400,
      help:
        "Time for measuring, without compilation; steps are timed first, and no measurement of curvature is begun after it",
      defaultText: "as long as 300 steps of Adam, at least 20",
    },
    { name: "json", kind: "flag", help: "Print the measurements and the advice as JSON" },
  ],
});

/** Options of a task that the advice is about, or that do not matter in a short training. */
const NOT_SHARED = new Set([
  ...["optimizer", "learning-rate", "schedule", "schedule-epochs", "preset", "evaluate-every"],
  ...[
    "snapshot-every",
    "keep-checkpoints",
    "on-divergence",
    "on-write-error",
    "dry-run",
    "resume",
    "conclude",
    "name",
    "out",
    "config",
    "tensorboard",
    "deadline",
  ],
  ...["show-cameras", "path", "frames", "test-views", "test-points", "resolution", "metric"],
  ...own.options.map(({ name }) => name as string),
]);

/** The values of the command's own options. */
export type AdviseValues = Values<typeof own> & {
  readonly task: string;
  readonly software?: boolean;
  readonly adapter?: string;
};

/** The options of a task that describe its field, data, batch and objective, by their names in camelCase. */
export function sharedOptions({ command }: TrainingTask): Map<string, Option> {
  const shared = command.options.filter(({ name, group }) =>
    !NOT_SHARED.has(name) && !/^Options of (optimizers|schedules)/.test(group ?? "")
  );
  return new Map(shared.map((option) => [camelCase(option.name), option]));
}

/** The command `deno task advise --task NAME`. */
export function commandFor(task: TrainingTask, tasks: readonly string[]): Command {
  const group = `Options of deno task ${task.name} that describe the field, its data and the batch`;
  return {
    usage: own.usage,
    summary: own.summary,
    options: [
      { name: "task", kind: "choice", choices: tasks, default: "image", help: "Task to give advice for" },
      ...own.options,
      ...[...sharedOptions(task).values()].map((option) => ({ ...option, group: option.group ?? group })),
    ],
    examples: [
      "deno task advise --input photo.jpg --activation relu-pe",
      "deno task advise --task occupancy --input scan.ply --activation sine --minutes 10",
    ],
  };
}
