import { imageTask } from "../image/task.ts";
import { nerfTask } from "../nerf/task.ts";
import { occupancyTask } from "../occupancy/task.ts";
import type { TrainingTask } from "../training/task.ts";

/** The tasks that can be compared on. What a task's values are, only its own command knows. */
export const TASKS: ReadonlyMap<string, TrainingTask> = new Map(
  ([imageTask, occupancyTask, nerfTask] as unknown as TrainingTask[]).map((task) => [task.name, task]),
);
