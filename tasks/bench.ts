/**
 * `deno task bench`: measures how fast training is on this adapter, and which kernels take the time.
 *
 * @module
 */
import { runBench } from "./bench/run_bench.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) await runTask(runBench);
