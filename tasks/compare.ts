/**
 * `deno task compare`: trains with several optimizers and activations under equal conditions and reports which is best.
 *
 * @module
 */
import { loadOwnFiles } from "./own/load_own_files.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) {
  await runTask(async (args, signal) => {
    await loadOwnFiles(args);
    // The options are made from the registries as they are now.
    const { runComparison } = await import("./compare/run_comparison.ts");
    await runComparison(args, signal);
  });
}
