import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { openRunFolder } from "../run/open_run_folder.ts";
import { reopeningDevice } from "../shell/device_losses.ts";
import { parseOptions } from "../shell/options.ts";
import { ProgressLine } from "../shell/progress.ts";
import { runPath } from "../shell/run_path.ts";
import { pendingWork } from "../shell/pending_work.ts";
import { EarlierRun } from "../training/earlier_run.ts";
import { renderCommand } from "./command.ts";
import { renderFrames, unfinishedPath } from "./frames.ts";
import { readSceneRecord } from "./scene_record.ts";
import { volumeFor } from "./settings.ts";
import { nerfTask } from "./task.ts";
import { deviceChoice } from "../shell/device_options.ts";

/**
 * `deno task nerf render`: renders frames from the last checkpoint of a run. The scene's files are not needed. If the device is lost, it is
 * opened again, and the frames are rendered from the first one on.
 */
export async function renderRun(args: readonly string[], signal: AbortSignal): Promise<void> {
  await reopeningDevice("the rendering", () => renderOn(args, signal));
}

/** Renders on a device of its own. */
async function renderOn(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values } = parseOptions(args, renderCommand);
  const folder = await openRunFolder(runPath(values.run));
  const earlier = await EarlierRun.read(folder, nerfTask);
  const record = await readSceneRecord(folder);
  using gpu = await openDevice(deviceChoice(values));
  gpu.tuner.adopt(earlier.kernels);
  await using _work = pendingWork(gpu);
  const settled = nerfTask.settle(earlier.values, gpu.adapter);
  const volume = volumeFor(settled, record.background);
  const loaded = await earlier.loadField(gpu, nerfTask.field(settled, nerfTask.sizes.outputs));
  using field = loaded.field;
  const { frames, width, depth } = values;
  const path = values.path ?? (record.bounds.kind === "forward" ? "spiral" : "orbit");
  using progress = new ProgressLine();
  const begin = performance.now();
  const say = (what: string, part: number) => {
    const seconds = (performance.now() - begin) / 1000;
    progress.update({ what, part, left: part > 0 ? seconds * (1 - part) / part : undefined });
  };
  const done = await renderFrames(folder, field, record, volume, { path, frames, width, depth, say, signal });
  progress.finish();
  const made = `${done} of ${frames} frames of the field at step ${loaded.step} were rendered`;
  if (done === frames) console.log(`${made} to ${folder.path}/${path}`);
  else if (done === 0) console.log(`${made}; ${folder.path}/${path} is unchanged.`);
  else console.log(`${made} to ${folder.path}/${unfinishedPath(path)}; ${path} is unchanged.`);
}
