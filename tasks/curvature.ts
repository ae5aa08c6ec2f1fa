/**
 * `deno task curvature`: measures the curvature of a task's loss, and reports what it says about preconditioners.
 *
 * @module
 */
import { runCurvature } from "./curvature/run_curvature.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) await runTask(runCurvature);
