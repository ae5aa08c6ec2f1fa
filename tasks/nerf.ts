/**
 * `deno task nerf`: trains a radiance field on photographs with known cameras and writes test views, plots and checkpoints to a
 * run folder.
 *
 * @module
 */
import { runNerf } from "./nerf/run_nerf.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) await runTask(runNerf);
