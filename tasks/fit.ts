/**
 * `deno task fit`: trains a field on arrays of your own and writes its values there, plots and checkpoints to a run folder.
 *
 * @module
 */
import { loadOwnFiles } from "./own/load_own_files.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) {
  await runTask(async (args, signal) => {
    await loadOwnFiles(args);
    // The task's options are made from the registries as they are now.
    const { fitTask } = await import("./fit/task.ts");
    const { runTraining } = await import("./training/run_training.ts");
    await runTraining(fitTask, args, signal);
  });
}
