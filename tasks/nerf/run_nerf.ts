import { parseOptions } from "../shell/options.ts";
import { runTraining } from "../training/run_training.ts";
import { command } from "./command.ts";
import { renderRun } from "./render.ts";
import { showCameras } from "./show_cameras.ts";
import { nerfTask } from "./task.ts";

/** Runs `deno task nerf` or `deno task nerf render`. */
export async function runNerf(args: readonly string[], signal: AbortSignal): Promise<void> {
  if (args[0] === "render") return await renderRun(args.slice(1), signal);
  const { values, given } = parseOptions(args, command);
  if (values.showCameras) return await showCameras(values, given, signal);
  await runTraining(nerfTask, args, signal);
}
