import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { OutOfMemoryError } from "../../lib/gpu/device_errors.ts";
import { DivergenceError } from "../../lib/train/divergence.ts";
import { type Peers, sharedValue, shareState } from "../../lib/train/peers.ts";
import { planTraining } from "../../lib/train/plan.ts";
import type { Schedule } from "../../lib/train/schedule.ts";
import { isDiskError } from "../run/disk.ts";
import type { Command } from "../shell/command.ts";
import { pendingWork } from "../shell/pending_work.ts";
import { planText } from "../shell/plan.ts";
import { checkFieldOptions, checkScheduleOptions } from "./hyperparameters.ts";
import { memoryAdvice } from "./memory_advice.ts";
import { chosenOptimizer, rateWarning } from "./optimizer.ts";
import type { SettledValues } from "./options.ts";
import { PreparedRun } from "./prepared_run.ts";
import { type RunLength, runLength, type RunLimits, withoutIdleSteps } from "./run_length.ts";
import { readRunRequest, type RunRequest } from "./run_request.ts";
import { chosenSchedule } from "./schedule.ts";
import { Setbacks } from "./setbacks.ts";
import type { TaskValues, TrainingTask } from "./task.ts";
import { checkAlone, checkForSeveral, checkSameAdapter } from "./several.ts";
import { stepsInSeconds } from "./time_limit.ts";
import type { RunParts } from "./run_parts.ts";
import { TrainingRun } from "./training_run.ts";
import { loadInput } from "./load_input.ts";

/** The length of a run and what follows from it. */
interface PlannedLength {
  readonly length: RunLength;
  /** The schedule of the learning rate. */
  readonly schedule: Schedule;
  /** Whether steps were left out that would have changed nothing. */
  readonly shortened: boolean;
}

/**
 * Makes a run of a task, or continues one. A run whose device is lost goes on with another one, and a run that diverges goes back to an
 * earlier checkpoint if it was asked to.
 *
 * @param args The command line.
 * @param signal Stops the run after the steps in flight.
 * @param peers The processes that make the run together. Only process 0 prints, measures and writes.
 */
export async function runTraining<C extends Command, S extends TaskValues<C> & SettledValues>(
  task: TrainingTask<C, S>,
  args: readonly string[],
  signal: AbortSignal,
  peers?: Peers,
): Promise<void> {
  if (peers === undefined) checkAlone(task.name);
  const request = await readRunRequest(task, args, isWriter(peers));
  if (peers !== undefined) checkForSeveral(request.asked);
  const setbacks = new Setbacks(task, request, peers === undefined);
  for (;;) {
    try {
      return await attempt(task, setbacks, { signal, peers });
    } catch (error) {
      if (error instanceof OutOfMemoryError) throw memoryAdvice(error, setbacks.request.asked);
      await setbacks.overcome(error);
    }
  }
}

/** Whether this process prints, measures and writes. */
function isWriter(peers: Peers | undefined): boolean {
  return peers === undefined || peers.rank === 0;
}

/** Does what is requested, on a device of its own. */
async function attempt<C extends Command, S extends TaskValues<C> & SettledValues>(
  task: TrainingTask<C, S>,
  setbacks: Setbacks<C>,
  how: { readonly signal: AbortSignal; readonly peers?: Peers },
): Promise<void> {
  const { request } = setbacks;
  const { signal, peers } = how;
  const { asked, earlier } = request;
  using _locked = earlier?.folder;
  using gpu = await openDevice({ allowSoftware: asked.software ? true : undefined, kernels: asked.kernels });
  if (peers !== undefined) await checkSameAdapter(peers, gpu.adapter);
  gpu.tuner.adopt(earlier?.kernels ?? {});
  await using _work = pendingWork(gpu);
  const values = task.settle(asked, gpu.adapter);
  const limits = limitsOf(request, task, values);
  // Mistakes in the options are reported before anything is loaded.
  const spec = chosenOptimizer(values, task.optimizerDefaults(values));
  checkFieldOptions(values);
  checkScheduleOptions(values);
  using prepared = new PreparedRun(gpu, task, values, await loadInput(task, values, gpu, signal), how);
  const { input, field, optimizer } = prepared;
  if (earlier !== undefined) input.checkUnchanged(earlier.config);
  const spent = isWriter(peers) ? await earlier?.restore(field, optimizer) : undefined;
  if (peers !== undefined) await shareState(peers, field, optimizer);
  const planned = await plannedLength(prepared, limits, earlier?.length);
  const { length, schedule } = planned;
  signal.throwIfAborted();
  if (values.dryRun) {
    const run = { steps: length.steps, field, optimizer: spec, schedule, batchSize: values.batchSize };
    return console.log(planText(await planTraining(prepared.training), run));
  }
  for (const notice of notices(request, task, prepared, { ...planned, limits })) console.error(notice);
  await trainRun(prepared, {
    task: task.name,
    folder: earlier?.folder ?? request.place,
    length,
    spent,
    pictures: task.pictures,
    commands: task.commands,
  }, setbacks);
}

/** Trains, and writes the run's folder. */
async function trainRun<C extends Command, S extends TaskValues<C> & SettledValues>(
  prepared: PreparedRun<C, S>,
  parts: Pick<RunParts, "task" | "folder" | "length" | "spent" | "pictures" | "commands">,
  setbacks: Setbacks<C>,
): Promise<void> {
  const { input, field, optimizer, training: { peers, signal = new AbortController().signal } } = prepared;
  if (!isWriter(peers)) {
    for await (const _ of prepared.train(parts.length));
    return;
  }
  const { rollbacks, deviceLosses } = setbacks;
  const processes = peers?.size;
  using run = new TrainingRun({ ...parts, input, field, optimizer, signal, rollbacks, deviceLosses, processes });
  setbacks.learningRate = optimizer.spec.learningRate;
  try {
    await run.begin();
    for await (const event of prepared.train(parts.length)) {
      await run.handle(event);
      setbacks.folder = run.folder.path;
      setbacks.started ||= event.type === "start";
    }
    await run.finish(signal);
  } catch (error) {
    if (error instanceof DivergenceError && !setbacks.isOvercome(error)) await run.diverged(error);
    if (isDiskError(error)) await run.rescue();
    throw error;
  }
}

/** The limits of a run; a new run without any gets the task's default number of epochs, which its values then also have. */
function limitsOf<C extends Command, S extends TaskValues<C> & SettledValues>(
  { limits, earlier }: RunRequest<C>,
  task: TrainingTask<C, S>,
  values: S,
): RunLimits {
  if (earlier !== undefined || limits.minutes !== undefined) return limits;
  values.epochs ??= task.defaultEpochs(values);
  return { epochs: values.epochs };
}

/** The length of a run without steps that would change nothing, and the schedule of its learning rate. */
async function plannedLength(
  prepared: Pick<PreparedRun, "values" | "optimizer" | "training" | "stepsPerEpoch">,
  limits: RunLimits,
  resumed: RunLength | undefined,
): Promise<PlannedLength> {
  const { values, optimizer, training, stepsPerEpoch } = prepared;
  const made = optimizer.counters.step;
  // A run that is resumed keeps the size of its batches.
  const sizeOption = resumed !== undefined ? undefined : "rays" in values ? "--rays" : "--batch-size";
  const measured = await runLength({
    limits,
    scheduleEpochs: values.scheduleEpochs,
    stepsPerEpoch,
    made,
    resumed,
    stepsWithin: (seconds) => stepsInSeconds(seconds, training, sizeOption),
  });
  const { peers } = training;
  const asLongAsAsked = peers === undefined ? measured : await sharedValue(peers, measured);
  const schedule = chosenSchedule(values, asLongAsAsked.scheduleSteps);
  const length = withoutIdleSteps(asLongAsAsked, schedule, made);
  return { length, schedule, shortened: length !== asLongAsAsked };
}

/** What a user should know before a run starts: choices that were made for it, a doubtful learning rate, and where it will end. */
function notices<C extends Command, S extends TaskValues<C> & SettledValues>(
  { chosenHere, earlier }: RunRequest<C>,
  task: TrainingTask<C, S>,
  { values, optimizer, stepsPerEpoch }: PreparedRun<C, S>,
  { limits, length, schedule, shortened }: PlannedLength & { readonly limits: RunLimits },
): string[] {
  const { name, learningRate } = optimizer.spec;
  const texts: string[] = [];
  if (chosenHere) {
    texts.push(
      `The optimizer is ${name}, its learning rate is ${learningRate}, and the schedule is ${values.schedule}.`,
    );
  }
  const defaults = task.optimizerDefaults(values);
  const warning = earlier === undefined ? rateWarning(values, defaults, optimizer.spec) : undefined;
  if (warning !== undefined) texts.push(warning);
  const { steps } = length;
  const made = optimizer.counters.step;
  if (made >= steps) {
    const further = schedule.factor(made) > 0
      ? ". To train further, resume it with a larger --epochs, or with --minutes"
      : "";
    texts.push(`The run has made its ${steps} steps already${further}.`);
  } else if (limits.minutes !== undefined || shortened) {
    texts.push(`The run will end at step ${steps}, after ${(steps / stepsPerEpoch).toFixed(1)} epochs.`);
  }
  return texts;
}
