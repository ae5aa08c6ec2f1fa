/**
 * `deno task compare`: trains with several optimizers and activations under equal conditions and reports which is best.
 *
 * @module
 */
import { runComparison } from "./compare/run_comparison.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) await runTask(runComparison);
