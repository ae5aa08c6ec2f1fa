/**
 * `deno task occupancy`: trains a field on a mesh and writes the mesh extracted from the field, pictures, plots and checkpoints
 * to a run folder.
 *
 * @module
 */
import { loadOwnFiles } from "./own/load_own_files.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) {
  await runTask(async (args, signal) => {
    await loadOwnFiles(args);
    // The task's options are made from the registries as they are now.
    const { occupancyTask } = await import("./occupancy/task.ts");
    const { runTraining } = await import("./training/run_training.ts");
    await runTraining(occupancyTask, args, signal);
  });
}
