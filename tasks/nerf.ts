/**
 * `deno task nerf`: trains a radiance field on posed photographs and leaves test views, plots and checkpoints in a run folder.
 *
 * @module
 */
import { runNerf } from "./nerf/run_nerf.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) await runTask(runNerf);
