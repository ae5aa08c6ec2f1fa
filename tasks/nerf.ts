/**
 * `deno task nerf`: trains a radiance field on posed photographs and leaves test views, plots and checkpoints in a run folder.
 *
 * @module
 */
import { basename } from "@std/path";
import { rayData } from "../lib/data/ray_data.ts";
import { raySpace } from "../lib/data/scene/ray_space.ts";
import { createField } from "../lib/field/field.ts";
import { openDevice } from "../lib/gpu/device.ts";
import { volumeRendering } from "../lib/objective/volume_rendering.ts";
import { createOptimizer } from "../lib/optim/optimizer.ts";
import { createRunFolder, openRunFolder } from "../lib/output/run_folder.ts";
import { decodeCheckpoint } from "../lib/train/checkpoint.ts";
import { train } from "../lib/train/train.ts";
import { command, type NerfValues } from "./nerf/command.ts";
import { renderFrames } from "./nerf/frames.ts";
import { stepsWithin } from "../lib/train/budget.ts";
import { loadScene } from "./nerf/input.ts";
import { renderRun } from "./nerf/render.ts";
import { NerfRun } from "./nerf/run.ts";
import { fieldFor, optimizerFor, resolveValues, scheduleFor, volumeFor } from "./nerf/settings.ts";
import { showCameras } from "./nerf/show_cameras.ts";
import { callerPath } from "./shell/caller_path.ts";
import { runTask } from "./shell/main.ts";
import { parseOptions } from "./shell/options.ts";
import { UserError } from "./shell/user_error.ts";

async function trainRun(args: string[], signal: AbortSignal): Promise<void> {
  const { values: typed, given } = parseOptions(args, command);
  // Kept absolute, so that a run can be resumed from anywhere.
  const scenePath = typed.scene === undefined ? undefined : callerPath(typed.scene);
  let asked: NerfValues = { ...typed, scene: scenePath };
  let choices: Record<string, string> = {};
  const resumed = typed.resume === undefined ? undefined : await openRunFolder(callerPath(typed.resume));
  if (resumed !== undefined) {
    const other = [...given].filter((name) => !["resume", "epochs", "minutes", "software"].includes(name));
    if (other.length > 0) {
      throw new UserError(`--resume may change only --epochs and --minutes; --${other[0]} was given.`);
    }
    // The kernels that the run was started with, since its bits depend on them.
    const config = await resumed.readConfig() as { options: NerfValues; kernels: Record<string, string> };
    asked = config.options;
    choices = config.kernels;
    for (const name of given) Object.assign(asked, { [name]: typed[name] });
  }
  using gpu = await openDevice({ allowSoftware: asked.software ? true : undefined, kernels: asked.kernels });
  gpu.adopt(choices);
  const values = resolveValues(asked, gpu.adapter.software);
  const scene = await loadScene(values);
  const cameras = scene.train.map(({ camera }) => camera);
  const bounds = { cameras, near: scene.near, far: scene.far, kind: scene.kind };
  const space = raySpace(values.space ?? (scene.kind === "forward" ? "inverse" : "metric"), bounds);
  const newFolder = () => createRunFolder({ root: callerPath("runs"), task: "nerf", name: values.name });
  if (values.showCameras) {
    const folder = await newFolder();
    await showCameras(folder, scene);
    console.log(`${cameras.length + scene.test.length} cameras are drawn in ${folder.path}`);
    return;
  }
  using field = createField(gpu, fieldFor(values), { seed: values.seed });
  using optimizer = createOptimizer(gpu, optimizerFor(values), field.layout);
  const volume = volumeFor(values, scene.background);
  using data = rayData(gpu, scene.train, space, values.samples);
  const checkpoint = await resumed?.latestCheckpoint();
  if (checkpoint !== undefined) {
    decodeCheckpoint(await Deno.readFile(checkpoint.path), field, optimizer, checkpoint.path);
  }
  const { rays: batchSize, epochs, seed, evaluateEvery: epochEvents } = values;
  const objective = volumeRendering(volume);
  const stepsPerEpoch = Math.ceil(data.count / Math.min(batchSize, data.count));
  if (values.scheduleSteps === undefined) {
    const { minutes, scheduleEpochs } = values;
    values.scheduleSteps = minutes === undefined || scheduleEpochs !== undefined
      ? (scheduleEpochs ?? epochs) * stepsPerEpoch
      : Math.min(
        epochs * stepsPerEpoch,
        await stepsWithin(minutes * 60, { field, objective, data, optimizer, batchSize, seed }),
      );
  }
  const schedule = scheduleFor(values.schedule, values.scheduleSteps);
  const folder = resumed ?? await newFolder();
  const record = { bounds, space, background: scene.background };
  const subject = { folder, name: basename(folder.path), values, test: scene.test, record, volume, field, optimizer };
  using run = new NerfRun(subject);
  await run.begin();
  const options = { field, objective, data, optimizer, schedule, batchSize, epochs, seed, epochEvents };
  for await (const event of train({ ...options, signal })) {
    if (await run.handle(event)) break;
  }
  await run.finish(signal.aborted);
  const { path, frames } = values;
  if (path !== undefined && !signal.aborted) {
    await renderFrames(folder, field, record, volume, { path, frames, signal });
  }
}

if (import.meta.main) {
  await runTask((args, signal) => args[0] === "render" ? renderRun(args.slice(1), signal) : trainRun(args, signal));
}
