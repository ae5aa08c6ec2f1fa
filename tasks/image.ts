/**
 * `deno task image`: trains a field on a picture and leaves the reconstruction, plots and checkpoints in a run folder.
 *
 * @module
 */
import { basename } from "@std/path";
import { EarlierRun } from "./image/earlier_run.ts";
import { checkActivationOptions } from "./image/hyperparameters.ts";
import { fitPicture, loadPicture } from "./image/input.ts";
import { fieldFor, optimizerFor, scheduleFor } from "./image/settings.ts";
import { command, DEFAULT_EPOCHS, type ImageValues } from "./image/command.ts";
import { ImageRun } from "./image/run.ts";
import { runLength } from "./image/run_length.ts";
import { pictureData } from "../lib/data/picture_data.ts";
import { createField } from "../lib/field/field.ts";
import { meanSquaredError } from "../lib/objective/mean_squared_error.ts";
import { createOptimizer } from "../lib/optim/optimizer.ts";
import { openDevice } from "../lib/gpu/device.ts";
import { checkNewRun, createRunFolder, openRunFolder } from "../lib/output/run_folder.ts";
import { stepsWithin } from "../lib/train/budget.ts";
import { planTraining } from "../lib/train/plan.ts";
import { planText } from "./shell/plan.ts";
import { train } from "../lib/train/train.ts";
import { callerPath } from "./shell/caller_path.ts";
import { optionSpelling } from "./shell/command.ts";
import { runTask } from "./shell/main.ts";
import { parseOptions } from "./shell/options.ts";
import { settled } from "./shell/settled.ts";
import { UserError } from "./shell/user_error.ts";

if (import.meta.main) {
  await runTask(async (args, signal) => {
    const { values: typed, given } = parseOptions(args, command);
    // Kept absolute, so that a run can be resumed from anywhere.
    const picturePath = typed.picture === undefined ? undefined : callerPath(typed.picture);
    let values: ImageValues = { ...typed, picture: picturePath };
    const limits = { epochs: typed.epochs, minutes: typed.minutes };
    const place = { root: callerPath("runs"), task: "image", name: values.name };
    let earlier: EarlierRun | undefined;
    if (typed.resume !== undefined) {
      const other = [...given].find((name) => !["resume", "epochs", "minutes", "software"].includes(name));
      if (other !== undefined) {
        const found = other === "picture" ? "a picture" : optionSpelling(other);
        throw new UserError(`--resume may change only --epochs and --minutes, but ${found} was given.`);
      }
      earlier = await EarlierRun.read(await openRunFolder(callerPath(typed.resume)));
      values = earlier.values;
      // Limits are replaced together, so that the configuration tells what the run's end came from.
      if (limits.epochs !== undefined || limits.minutes !== undefined) Object.assign(values, limits);
      if (typed.software) values.software = true;
    } else {
      if (values.minutes === undefined) values.epochs ??= DEFAULT_EPOCHS;
      limits.epochs = values.epochs;
      await checkNewRun(place);
    }
    const spec = optimizerFor(values);
    checkActivationOptions(values, fieldFor(values, { channels: 1 }));
    const whole = await loadPicture(values);
    using gpu = await openDevice({ allowSoftware: values.software ? true : undefined, kernels: values.kernels });
    gpu.adopt(earlier?.kernels ?? {});
    await using _settled = settled(gpu);
    const picture = fitPicture(whole, values, gpu.device.limits.maxStorageBufferBindingSize);
    earlier?.checkPicture(picture);
    using field = createField(gpu, fieldFor(values, picture), { seed: values.seed });
    using optimizer = createOptimizer(gpu, spec, field.layout);
    using data = pictureData(gpu, picture);
    await earlier?.restore(field, optimizer);
    const stepsPerEpoch = Math.ceil(data.count / Math.min(values.batchSize, data.count));
    const objective = meanSquaredError();
    const { batchSize, seed } = values;
    const training = { field, objective, data, optimizer, batchSize, seed, signal };
    const length = await runLength({
      limits,
      scheduleEpochs: values.scheduleEpochs,
      stepsPerEpoch,
      made: optimizer.counters.step,
      resumed: earlier?.length,
      stepsWithin: (seconds) => stepsWithin(seconds, training),
    });
    signal.throwIfAborted();
    if (values.dryRun) return console.log(planText(await planTraining(training), length.steps, field, spec));
    const epochs = length.steps / stepsPerEpoch;
    if (optimizer.counters.step >= length.steps) {
      console.error(`The run has made its ${length.steps} steps already; --epochs or --minutes takes it further.`);
    } else if (limits.minutes !== undefined) {
      console.error(`The run will end at step ${length.steps}, after ${epochs.toFixed(1)} epochs.`);
    }
    const folder = earlier?.folder ?? await createRunFolder(place);
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
