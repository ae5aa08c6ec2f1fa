import { createField } from "../../lib/field/field.ts";
import { openDevice } from "../../lib/gpu/device.ts";
import { createOptimizer } from "../../lib/optim/optimizer.ts";
import { openRunFolder } from "../../lib/output/run_folder.ts";
import { decodeCheckpoint } from "../../lib/train/checkpoint.ts";
import { callerPath } from "../shell/caller_path.ts";
import { parseOptions } from "../shell/options.ts";
import { UserError } from "../shell/user_error.ts";
import { renderCommand } from "./command.ts";
import { renderFrames } from "./frames.ts";
import { readSceneRecord } from "./scene_record.ts";
import { fieldFor, optimizerFor, type ResolvedValues, volumeFor } from "./settings.ts";

/** `deno task nerf render`: frames of a run from its last checkpoint, without the scene. */
export async function renderRun(args: string[], signal: AbortSignal): Promise<void> {
  const { values } = parseOptions(args, renderCommand);
  const folder = await openRunFolder(callerPath(values.run));
  const config = await folder.readConfig() as { options: ResolvedValues; kernels: Record<string, string> };
  const checkpoint = await folder.latestCheckpoint();
  if (checkpoint === undefined) throw new UserError(`${folder.path}: a checkpoint expected, none found.`);
  const record = await readSceneRecord(folder);
  using gpu = await openDevice({ allowSoftware: values.software ? true : undefined });
  gpu.adopt(config.kernels);
  using field = createField(gpu, fieldFor(config.options));
  using optimizer = createOptimizer(gpu, optimizerFor(config.options), field.layout);
  decodeCheckpoint(await Deno.readFile(checkpoint.path), field, optimizer, checkpoint.path);
  const { path, frames, width, depth } = values;
  const volume = volumeFor(config.options, record.background);
  await renderFrames(folder, field, record, volume, { path, frames, width, depth, signal });
  console.log(`${frames} frames of step ${checkpoint.step} are in ${folder.path}/${path}`);
}
