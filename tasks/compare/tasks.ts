import { imageTask } from "../image/task.ts";
import { nerfTask } from "../nerf/task.ts";
import { occupancyTask } from "../occupancy/task.ts";
import type { TrainingTask } from "../training/task.ts";

/** The tasks that comparisons support. The cast hides the types of their values, which only each task's own command knows. */
export const TASKS: ReadonlyMap<string, TrainingTask> = new Map(
  ([imageTask, occupancyTask, nerfTask] as unknown as TrainingTask[]).map((task) => [task.name, task]),
);
