/**
 * `deno task runs`: lists the runs in the folder `runs`, and removes some of them.
 *
 * @module
 */
import { listRuns } from "./run_list/list_runs.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) await runTask(listRuns);
