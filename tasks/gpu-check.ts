/**
 * `deno task gpu-check`: checks results, choices and speed on a graphics card, and writes a report about it.
 *
 * @module
 */
import { command } from "./gpu_check/command.ts";
import { runCheck } from "./gpu_check/run_check.ts";
import { runTask } from "./shell/main.ts";
import { parseOptions } from "./shell/options.ts";

if (import.meta.main) {
  await runTask(async (args, signal) => await runCheck(parseOptions(args, command).values, args, signal));
}
