/**
 * `deno task advise`: measures for a fraction of a minute which optimizer suits a field, its data and this device.
 *
 * @module
 */
import { loadOwnFiles } from "./own/load_own_files.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) {
  await runTask(async (args, signal) => {
    await loadOwnFiles(args);
    // The options are made from the registries as they are now.
    const { runAdvice } = await import("./advise/run_advice.ts");
    await runAdvice(args, signal);
  });
}
