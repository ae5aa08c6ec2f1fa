/**
 * `deno task watch`: serves a page that shows the runs of a folder while they train.
 *
 * @module
 */
import { runTask } from "./shell/main.ts";
import { runWatch } from "./watch/run_watch.ts";

if (import.meta.main) await runTask(runWatch);
