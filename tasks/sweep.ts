/**
 * `deno task sweep`: trains all combinations of options on one or more inputs, on this machine or on a Slurm cluster.
 *
 * @module
 */
import { loadOwnFiles, loadOwnFilesOfSweep } from "./own/load_own_files.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) {
  await runTask(async (args, signal) => {
    await loadOwnFiles(args);
    await loadOwnFilesOfSweep(args);
    // The options are made from the registries as they are now.
    const { runSweep } = await import("./sweep/run_sweep.ts");
    await runSweep(args, signal);
  });
}
