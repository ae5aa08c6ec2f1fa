import { parseOptions } from "../shell/options.ts";
import { runTraining } from "../training/run_training.ts";
import { command } from "./command.ts";
import { exportMesh, exportPoints } from "./export.ts";
import { renderRun } from "./render.ts";
import { showCameras } from "./show_cameras.ts";
import { nerfTask } from "./task.ts";

/** Runs `deno task nerf`, or one of its commands for a run that was trained before. */
export async function runNerf(args: readonly string[], signal: AbortSignal): Promise<void> {
  const [first, ...rest] = args;
  if (first === "render") return await renderRun(rest, signal);
  if (first === "mesh") return await exportMesh(rest, signal);
  if (first === "points") return await exportPoints(rest, signal);
  const { values, given } = parseOptions(args, command);
  if (values.showCameras) return await showCameras(values, given, signal);
  await runTraining(nerfTask, args, signal);
}
