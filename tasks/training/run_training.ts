import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { checkNewRun } from "../run/new_run.ts";
import { resumeRunFolder } from "../run/run_folder.ts";
import { stepsWithin } from "../../lib/train/budget.ts";
import { planTraining } from "../../lib/train/plan.ts";
import { callerPath } from "../shell/caller_path.ts";
import { runPath } from "../shell/run_path.ts";
import { type Command, optionSpelling } from "../shell/command.ts";
import { parseOptions } from "../shell/options.ts";
import { planText } from "../shell/plan.ts";
import { pendingWork } from "../shell/pending_work.ts";
import { UserError } from "../shell/user_error.ts";
import { withBestOptimizer } from "./auto_optimizer.ts";
import { EarlierRun } from "./earlier_run.ts";
import { checkFieldOptions } from "./hyperparameters.ts";
import { networkChoice } from "./network_choice.ts";
import { chosenOptimizer, rateWarning } from "./optimizer.ts";
import type { SettledValues } from "./options.ts";
import { PreparedRun } from "./prepared_run.ts";
import { runLength, withoutIdleSteps } from "./run_length.ts";
import { chosenSchedule } from "./schedule.ts";
import type { TaskValues, TrainingTask } from "./task.ts";
import { TrainingRun } from "./training_run.ts";

/** The options that may be given together with `--resume`. */
const CHANGEABLE = ["resume", "epochs", "minutes", "software"];

/**
 * Makes a run of a task, or continues one.
 *
 * @param args The command line.
 * @param signal Stops the run after the steps in flight.
 */
export async function runTraining<C extends Command, S extends TaskValues<C> & SettledValues>(
  task: TrainingTask<C, S>,
  args: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { command } = task;
  const { values: typed, given } = parseOptions(args, command);
  const files = (command.positionals ?? []).map(({ name }) => name);
  let asked = withAbsolutePaths(typed as TaskValues<C>, files);
  const limits = { epochs: asked.epochs, minutes: asked.minutes };
  const place = { root: callerPath("runs"), task: task.name, name: asked.name };
  const chosenHere = asked.optimizer === "auto" && asked.resume === undefined;
  let earlier: EarlierRun<C> | undefined;
  if (asked.resume !== undefined) {
    const { resume, software } = asked;
    const other = [...given].find((name) => !CHANGEABLE.includes(name));
    if (other !== undefined) {
      const found = files.includes(other) ? `the argument ${other}` : optionSpelling(other);
      throw new UserError(`--resume may change only --epochs and --minutes, but ${found} was given.`);
    }
    earlier = await EarlierRun.read(await resumeRunFolder(runPath(resume)), task);
    asked = earlier.values;
    // Both limits are replaced together, so that the configuration tells what determined the run's end.
    if (limits.epochs !== undefined || limits.minutes !== undefined) Object.assign(asked, limits);
    if (software) asked.software = true;
  } else {
    asked = withBestOptimizer(task.name, { ...asked, ...networkChoice(asked) }, given);
    await checkNewRun(place);
  }
  using _folder = earlier?.folder;
  using gpu = await openDevice({ allowSoftware: asked.software ? true : undefined, kernels: asked.kernels });
  gpu.tuner.adopt(earlier?.kernels ?? {});
  await using _work = pendingWork(gpu);
  const values = task.settle(asked, gpu.adapter);
  if (earlier === undefined && limits.minutes === undefined) {
    values.epochs ??= task.defaultEpochs(values);
    limits.epochs = values.epochs;
  }
  const defaults = task.optimizerDefaults(values);
  const spec = chosenOptimizer(values, defaults);
  checkFieldOptions(values);
  using prepared = new PreparedRun(gpu, task, values, await task.load(values, gpu), signal);
  const { input, field, optimizer, training, stepsPerEpoch } = prepared;
  if (earlier !== undefined) input.checkUnchanged(earlier.config);
  const spent = await earlier?.restore(field, optimizer);
  const made = optimizer.counters.step;
  const asLongAsAsked = await runLength({
    limits,
    scheduleEpochs: values.scheduleEpochs,
    stepsPerEpoch,
    made,
    resumed: earlier?.length,
    stepsWithin: (seconds) => stepsWithin(seconds, training),
  });
  const schedule = chosenSchedule(values, asLongAsAsked.scheduleSteps);
  const length = withoutIdleSteps(asLongAsAsked, schedule, made);
  signal.throwIfAborted();
  if (values.dryRun) {
    const { batchSize } = values;
    const run = { steps: length.steps, field, optimizer: spec, schedule, batchSize };
    return console.log(planText(await planTraining(training), run));
  }
  if (chosenHere) {
    console.error(
      `The optimizer is ${spec.name}, its learning rate is ${spec.learningRate}, and the schedule is ${values.schedule}.`,
    );
  }
  const warning = earlier === undefined ? rateWarning(values, defaults, spec) : undefined;
  if (warning !== undefined) console.error(warning);
  if (made >= length.steps) {
    const further = schedule.factor(made) > 0 ? "; --epochs or --minutes takes it further" : "";
    console.error(`The run has made its ${length.steps} steps already${further}.`);
  } else if (limits.minutes !== undefined || length !== asLongAsAsked) {
    console.error(
      `The run will end at step ${length.steps}, after ${(length.steps / stepsPerEpoch).toFixed(1)} epochs.`,
    );
  }
  using run = new TrainingRun({
    task: task.name,
    folder: earlier?.folder ?? place,
    length,
    input,
    field,
    optimizer,
    spent,
  });
  await run.begin();
  for await (const event of prepared.train(length)) await run.handle(event);
  await run.finish(signal);
}

/** Makes the paths of files absolute, so that a run can be resumed from any folder. */
function withAbsolutePaths<V extends object>(values: V, files: readonly string[]): V {
  const paths = Object.entries(values).filter(([name, value]) => files.includes(name) && value !== undefined);
  return { ...values, ...Object.fromEntries(paths.map(([name, path]) => [name, callerPath(path)])) };
}
