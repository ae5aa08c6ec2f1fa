/**
 * `deno task image`: trains a field on a picture and writes the reconstruction, plots and checkpoints to a run folder.
 *
 * @module
 */
import { loadOwnFiles } from "./own/load_own_files.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) {
  await runTask(async (args, signal) => {
    await loadOwnFiles(args);
    // The task's options are made from the registries as they are now.
    const { imageTask } = await import("./image/task.ts");
    const { runTraining } = await import("./training/run_training.ts");
    await runTraining(imageTask, args, signal);
  });
}
