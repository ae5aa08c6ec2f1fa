/**
 * `deno task curvature`: measures the curvature of a task's loss, and reports what it says about preconditioners.
 *
 * @module
 */
import { loadOwnFiles } from "./own/load_own_files.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) {
  await runTask(async (args, signal) => {
    await loadOwnFiles(args);
    // The options are made from the registries as they are now.
    const { runCurvature } = await import("./curvature/run_curvature.ts");
    await runCurvature(args, signal);
  });
}
