/**
 * `deno task image`: trains a field on a picture and leaves the reconstruction, plots and checkpoints in a run folder.
 *
 * @module
 */
import { basename } from "@std/path";
import { loadPicture } from "./image/input.ts";
import { fieldFor, optimizerFor, scheduleFor } from "./image/settings.ts";
import { command, type ImageValues } from "./image/command.ts";
import { ImageRun } from "./image/run.ts";
import { pictureData } from "../lib/data/picture_data.ts";
import { createField } from "../lib/field/field.ts";
import { meanSquaredError } from "../lib/objective/mean_squared_error.ts";
import { createOptimizer } from "../lib/optim/optimizer.ts";
import { openDevice } from "../lib/gpu/device.ts";
import { createRunFolder, openRunFolder } from "../lib/output/run_folder.ts";
import { decodeCheckpoint } from "../lib/train/checkpoint.ts";
import { train } from "../lib/train/train.ts";
import { callerPath } from "./shell/caller_path.ts";
import { runTask } from "./shell/main.ts";
import { parseOptions } from "./shell/options.ts";
import { UserError } from "./shell/user_error.ts";

if (import.meta.main) {
  await runTask(async (args, signal) => {
    const { values: typed, given } = parseOptions(args, command);
    // Kept absolute, so that a run can be resumed from anywhere.
    const picturePath = typed.picture === undefined ? undefined : callerPath(typed.picture);
    let choices: Record<string, string> = {};
    let values: ImageValues = { ...typed, picture: picturePath };
    const resumed = typed.resume === undefined ? undefined : await openRunFolder(callerPath(typed.resume));
    if (resumed !== undefined) {
      const other = [...given].filter((name) => !["resume", "epochs", "minutes", "software"].includes(name));
      if (other.length > 0) {
        throw new UserError(`--resume may change only --epochs and --minutes; --${other[0]} was given.`);
      }
      // The kernels that the run was started with, since its bits depend on them.
      const config = await resumed.readConfig() as { options: ImageValues; kernels: Record<string, string> };
      values = config.options;
      choices = config.kernels;
      for (const name of given) Object.assign(values, { [name]: typed[name] });
    }
    const picture = await loadPicture(values);
    using gpu = await openDevice({ allowSoftware: values.software ? true : undefined, kernels: values.kernels });
    gpu.adopt(choices);
    using field = createField(gpu, fieldFor(values, picture), { seed: values.seed });
    const spec = optimizerFor(values);
    using optimizer = createOptimizer(gpu, spec, field.layout);
    using data = pictureData(gpu, picture);
    const checkpoint = await resumed?.latestCheckpoint();
    if (checkpoint !== undefined) {
      decodeCheckpoint(await Deno.readFile(checkpoint.path), field, optimizer, checkpoint.path);
    }
    const stepsPerEpoch = Math.ceil(data.count / Math.min(values.batchSize, data.count));
    values.scheduleEpochs ??= values.epochs;
    const schedule = scheduleFor(values, stepsPerEpoch);
    const folder = resumed ?? await createRunFolder({ root: callerPath("runs"), task: "image", name: values.name });
    const run = new ImageRun(folder, values, picture, field, optimizer, basename(folder.path));
    await run.begin();
    const epochEvents = values.evaluateEvery ?? Math.max(1, Math.ceil(values.epochs / 20));
    const objective = meanSquaredError();
    const { batchSize, epochs, seed } = values;
    const options = { field, objective, data, optimizer, schedule, batchSize, epochs, seed, epochEvents };
    for await (const event of train({ ...options, signal })) {
      if (await run.handle(event)) break;
    }
    await run.finish(signal.aborted);
  });
}
