import { audioTask } from "./audio/task.ts";
import { fitTask } from "./fit/task.ts";
import { imageTask } from "./image/task.ts";
import { nerfTask } from "./nerf/task.ts";
import { occupancyTask } from "./occupancy/task.ts";
import type { TrainingTask } from "./training/task.ts";

/** Every task that trains a field. The cast hides the types of their values, which only each task's own command knows. */
const tasks = [
  imageTask,
  occupancyTask,
  nerfTask,
  audioTask,
  fitTask,
] as unknown as readonly TrainingTask[];

/** The tasks that train a field, by name. */
export const TASKS: ReadonlyMap<string, TrainingTask> = new Map(tasks.map((task) => [task.name, task]));

/** The task that a command line names with `--task`, which determines the other options; the first one if it names none that exists. */
export function typedTask(args: readonly string[]): TrainingTask {
  const at = args.findLastIndex((word) => word === "--task" || word.startsWith("--task="));
  const name = args[at] === "--task" ? args[at + 1] : args[at]?.slice("--task=".length);
  return TASKS.get(name ?? "") ?? TASKS.values().next().value!;
}
