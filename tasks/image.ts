/**
 * `deno task image`: trains a field on a picture and leaves the reconstruction, plots and checkpoints in a run folder.
 *
 * @module
 */
import { basename } from "@std/path";
import { checkHyperparameters } from "./image/hyperparameters.ts";
import { loadPicture } from "./image/input.ts";
import { fieldFor, optimizerFor, scheduleFor } from "./image/settings.ts";
import { command, type ImageValues } from "./image/command.ts";
import { ImageRun } from "./image/run.ts";
import { type RunLength, runLength } from "./image/run_length.ts";
import { pictureData } from "../lib/data/picture_data.ts";
import { createField } from "../lib/field/field.ts";
import { meanSquaredError } from "../lib/objective/mean_squared_error.ts";
import { createOptimizer } from "../lib/optim/optimizer.ts";
import { openDevice } from "../lib/gpu/device.ts";
import { createRunFolder, openRunFolder } from "../lib/output/run_folder.ts";
import { stepsWithin } from "../lib/train/budget.ts";
import { decodeCheckpoint } from "../lib/train/checkpoint.ts";
import { train } from "../lib/train/train.ts";
import { callerPath } from "./shell/caller_path.ts";
import { runTask } from "./shell/main.ts";
import { parseOptions } from "./shell/options.ts";
import { UserError } from "./shell/user_error.ts";

/** What is read from the configuration of a run that is resumed. */
interface ResumedConfig extends RunLength {
  readonly options: ImageValues;
  readonly kernels: Record<string, string>;
}

if (import.meta.main) {
  await runTask(async (args, signal) => {
    const { values: typed, given } = parseOptions(args, command);
    // Kept absolute, so that a run can be resumed from anywhere.
    const picturePath = typed.picture === undefined ? undefined : callerPath(typed.picture);
    let choices: Record<string, string> = {};
    let values: ImageValues = { ...typed, picture: picturePath };
    let earlier: RunLength | undefined;
    const resumed = typed.resume === undefined ? undefined : await openRunFolder(callerPath(typed.resume));
    if (resumed !== undefined) {
      const other = [...given].filter((name) => !["resume", "epochs", "minutes", "software"].includes(name));
      if (other.length > 0) {
        throw new UserError(`--resume may change only --epochs and --minutes; --${other[0]} was given.`);
      }
      const config = await resumed.readConfig() as unknown as ResumedConfig;
      earlier = config;
      // The kernels that the run was started with, since its bits depend on them. Limits of time are for one start.
      choices = config.kernels;
      const { epochs, minutes } = typed;
      values = { ...config.options, epochs, minutes };
      if (given.has("software")) values.software = true;
    }
    const spec = optimizerFor(values);
    checkHyperparameters(values, fieldFor(values, { channels: 1 }), spec);
    const picture = await loadPicture(values);
    using gpu = await openDevice({ allowSoftware: values.software ? true : undefined, kernels: values.kernels });
    gpu.adopt(choices);
    using field = createField(gpu, fieldFor(values, picture), { seed: values.seed });
    using optimizer = createOptimizer(gpu, spec, field.layout);
    using data = pictureData(gpu, picture);
    const checkpoint = await resumed?.latestCheckpoint();
    if (checkpoint !== undefined) {
      decodeCheckpoint(await Deno.readFile(checkpoint.path), field, optimizer, checkpoint.path);
    }
    const stepsPerEpoch = Math.ceil(data.count / Math.min(values.batchSize, data.count));
    const objective = meanSquaredError();
    const { batchSize, seed } = values;
    const training = { field, objective, data, optimizer, batchSize, seed, signal };
    const length = await runLength({
      limits: values,
      stepsPerEpoch,
      made: optimizer.counters.step,
      resumed: earlier,
      stepsWithin: (seconds) => stepsWithin(seconds, training),
    });
    signal.throwIfAborted();
    const epochs = length.steps / stepsPerEpoch;
    if (values.minutes !== undefined) {
      console.error(`The run will end at step ${length.steps}, after ${epochs.toFixed(1)} epochs.`);
    }
    const folder = resumed ?? await createRunFolder({ root: callerPath("runs"), task: "image", name: values.name });
    const run = new ImageRun(folder, values, length, picture, field, optimizer, basename(folder.path));
    await run.begin();
    const schedule = scheduleFor(values, length.scheduleSteps);
    const epochEvents = values.evaluateEvery ?? Math.max(1, Math.ceil(epochs / 20));
    for await (const event of train({ ...training, schedule, steps: length.steps, epochEvents })) {
      await run.handle(event);
    }
    await run.finish(signal.aborted);
  });
}
