/**
 * `deno task sweep`: trains all combinations of options on one or more inputs, on this machine or on a Slurm cluster.
 *
 * @module
 */
import { runTask } from "./shell/main.ts";
import { runSweep } from "./sweep/run_sweep.ts";

if (import.meta.main) await runTask(runSweep);
