/**
 * `deno task occupancy`: trains a field on a mesh and writes the mesh extracted from the field, pictures, plots and checkpoints
 * to a run folder.
 *
 * @module
 */
import { occupancyTask } from "./occupancy/task.ts";
import { runTask } from "./shell/main.ts";
import { runTraining } from "./training/run_training.ts";

if (import.meta.main) await runTask((args, signal) => runTraining(occupancyTask, args, signal));
