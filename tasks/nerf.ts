/**
 * `deno task nerf`: trains a radiance field on photographs with known cameras and writes test views, plots and checkpoints to a
 * run folder.
 *
 * @module
 */
import { loadOwnFiles } from "./own/load_own_files.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) {
  await runTask(async (args, signal) => {
    await loadOwnFiles(args);
    // The options are made from the registries as they are now.
    const { runNerf } = await import("./nerf/run_nerf.ts");
    await runNerf(args, signal);
  });
}
