/**
 * `deno task advise`: measures for a fraction of a minute which optimizer suits a field, its data and this device.
 *
 * @module
 */
import { runAdvice } from "./advise/run_advice.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) await runTask(runAdvice);
