import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { beginTuning } from "../../lib/linalg/gemm/tune.ts";
import { OutOfMemoryError } from "../../lib/gpu/device_errors.ts";
import { DivergenceError } from "../../lib/train/divergence.ts";
import { type Peers, shareState } from "../../lib/train/peers.ts";
import { isDiskError } from "../run/disk.ts";
import type { Command } from "../shell/command.ts";
import { pendingWork } from "../shell/pending_work.ts";
import { ProgressLine } from "../shell/progress.ts";
import { planText } from "../shell/plan.ts";
import { withFileOptions } from "../shell/option_error.ts";
import { checkHyperparameters } from "./check_settings.ts";
import { memoryAdvice } from "./memory_advice.ts";
import type { SettledValues } from "./options.ts";
import { withOwnSuspects } from "./own_suspects.ts";
import { PreparedRun } from "./prepared_run.ts";
import type { RunLimits } from "./run_length.ts";
import { roomBefore } from "./deadline_room.ts";
import { type Deadline, ENDING, signalOrDeadline } from "./deadline.ts";
import { notices } from "./notices.ts";
import { type PlannedLength, plannedLength } from "./planned_length.ts";
import { wholeRun, wholeRunLines } from "./whole_run.ts";
import { readRunRequest, type RunRequest } from "./run_request.ts";
import { Setbacks } from "./setbacks.ts";
import type { TaskValues, TrainingTask } from "./task.ts";
import { checkAlone, checkForSeveral, checkSameAdapter, ownAdapter } from "./several.ts";
import type { RunParts } from "./run_parts.ts";
import { TrainingRun } from "./training_run.ts";
import { loadInput } from "./load_input.ts";
import { deviceChoice } from "../shell/device_options.ts";

/** What a run is made under. */
interface Surroundings {
  /** Stops the run after the steps in flight. */
  readonly signal: AbortSignal;
  /** The processes that make the run together. */
  readonly peers?: Peers;
  /** The time by which this process is to have ended. */
  readonly deadline?: Deadline;
}

/** What was done before training. */
interface Preparation {
  readonly planned: PlannedLength;
  readonly progress: ProgressLine;
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
      return await attempt(task, setbacks, { signal, peers, deadline: request.deadline });
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
  how: Surroundings,
): Promise<void> {
  const { request } = setbacks;
  const { peers, deadline } = how;
  const signal = isWriter(peers) ? signalOrDeadline(how.signal, deadline, ENDING) : how.signal;
  const { asked, earlier } = request;
  using _locked = earlier?.folder;
  const adapter = peers === undefined ? asked.adapter : ownAdapter(asked.adapter);
  using gpu = await openDevice({ ...deviceChoice({ ...asked, adapter }), kernels: asked.kernels });
  if (peers !== undefined) await checkSameAdapter(peers, gpu.adapter);
  gpu.tuner.adopt(earlier?.kernels ?? {});
  await using _work = pendingWork(gpu);
  const values = task.settle(asked, gpu.adapter);
  const limits = limitsOf(request, task, values);
  // Mistakes in the options are reported before anything is loaded.
  const spec = withFileOptions(request.file, () => checkHyperparameters(task, values));
  if (isWriter(peers)) beginTuning(gpu);
  using progress = new ProgressLine();
  const loaded = await loadInput(task, values, gpu, signal, progress);
  using prepared = new PreparedRun(gpu, task, values, loaded, { signal, peers });
  const { input, field, optimizer } = prepared;
  if (earlier !== undefined) input.checkUnchanged(earlier.config);
  const spent = isWriter(peers) ? await earlier?.restore(field, optimizer) : undefined;
  if (peers !== undefined) await shareState(peers, field, optimizer);
  const wanted = { limits, resumed: earlier?.length, deadline, writes: isWriter(peers), progress };
  const planned = await plannedLength(prepared, wanted);
  const { length, schedule, plan } = planned;
  signal.throwIfAborted();
  progress.clear();
  if (values.dryRun) {
    const run = { steps: length.steps, field, optimizer: spec, schedule, batchSize: values.batchSize };
    const whole = wholeRun(prepared, planned);
    const lines = whole === undefined ? [] : wholeRunLines(whole, planned.costs!, deadline);
    return console.log([planText(plan!, run), ...lines].join("\n"));
  }
  for (const notice of notices(request, task, prepared, { limits, planned })) console.error(notice);
  const { name, pictures, commands } = task;
  const parts = { task: name, folder: earlier?.folder ?? request.place, length, spent, pictures, commands };
  await trainRun(prepared, parts, { ...how, planned, progress }, setbacks);
}

/** Trains, and writes the run's folder. */
async function trainRun<C extends Command, S extends TaskValues<C> & SettledValues>(
  prepared: PreparedRun<C, S>,
  parts: Pick<RunParts, "task" | "folder" | "length" | "spent" | "pictures" | "commands">,
  { signal, peers, deadline, planned: { until, costs }, progress }: Surroundings & Preparation,
  setbacks: Setbacks<C>,
): Promise<void> {
  const { input, field, optimizer } = prepared;
  if (!isWriter(peers)) {
    for await (const _ of prepared.train(parts.length, { until, signal }));
    return;
  }
  const { rollbacks, deviceLosses } = setbacks;
  const processes = peers?.size;
  const trainingTimeIsOver = costs && deadline?.before(roomBefore(deadline, costs).reserve);
  const ends = { signal, deadline, trainingTimeIsOver, progress, costs };
  using run = new TrainingRun({ ...parts, ...ends, input, field, optimizer, rollbacks, deviceLosses, processes });
  setbacks.learningRate = optimizer.spec.learningRate;
  try {
    await run.begin();
    progress.begin("compiling kernels and choosing the fastest");
    const either = trainingTimeIsOver === undefined ? signal : AbortSignal.any([signal, trainingTimeIsOver]);
    for await (const event of prepared.train(parts.length, { until, signal: either })) {
      await run.handle(event);
      setbacks.folder = run.folder.path;
      setbacks.started ||= event.type === "start";
    }
    await run.finish(signal);
  } catch (caught) {
    const error = withOwnSuspects(caught, prepared);
    if (isDiskError(error)) await run.rescue();
    if (!setbacks.isOvercome(error)) {
      await (error instanceof DivergenceError ? run.diverged(error) : failed(run, error));
    }
    throw error;
  }
}

/** Says on a run's page that it failed. What failed may also keep the page from being written, and is the error to tell. */
async function failed(run: TrainingRun, error: unknown): Promise<void> {
  await run.failed(error instanceof Error ? error : new Error(String(error))).catch(() => {});
}

/** The limits of a run; a new run without any, and without a deadline, gets the task's default number of epochs, which its values then also have. */
function limitsOf<C extends Command, S extends TaskValues<C> & SettledValues>(
  { limits, earlier, deadline }: RunRequest<C>,
  task: TrainingTask<C, S>,
  values: S,
): RunLimits {
  if (earlier !== undefined || limits.minutes !== undefined) return limits;
  if (deadline !== undefined && limits.epochs === undefined) return limits;
  values.epochs ??= task.defaultEpochs(values);
  return { epochs: values.epochs };
}
