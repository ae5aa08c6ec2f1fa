import type { Gpu } from "../../lib/gpu/device.ts";
import { dirname } from "../../lib/std/path/mod.ts";
import { makeIfMissing, rename } from "../run/disk.ts";
import { RunFolder } from "../run/run_folder.ts";
import { DivergenceError } from "../../lib/train/divergence.ts";
import type { ProgressLine } from "../shell/progress.ts";
import { isMeasured, isMeasuredAbove } from "../training/loss_limit.ts";
import { PreparedRun } from "../training/prepared_run.ts";
import type { Figures, TrainingInput } from "../training/training_input.ts";
import type { TrainingTask } from "../training/task.ts";
import { removeRun } from "../run/remove_run.ts";
import type { RunValues } from "../training/stored_values.ts";
import { TrainingRun } from "../training/training_run.ts";
import { loadInput } from "../training/load_input.ts";

/** One run of a comparison: what it trains and how it reports its progress. */
export interface RunRequest {
  readonly gpu: Gpu;
  readonly task: TrainingTask;
  readonly values: RunValues;
  /** The number of steps of the run, given the number of steps per epoch. */
  readonly steps: (stepsPerEpoch: number) => number;
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
  /** Text before the run's progress. */
  readonly prefix: string;
}

/** The result of a run. */
interface RunResult {
  readonly learningRate: number;
  readonly stepsPerEpoch: number;
  /** The number of steps that were made. */
  readonly steps: number;
  /** Training time. */
  readonly seconds: number;
  /** The number of Hessian-vector products that were computed. */
  readonly hvps: number;
  /** The step at which the run diverged, if it did. */
  readonly divergedAt?: number;
  /** The last measurement; empty if the run diverged. */
  readonly figures: Figures;
}

/** The approximate number of evaluations during a final run. */
const EVALUATIONS = 30;

/** Makes a run of tuning, which is measured once, at its end. Returns undefined if the signal stopped it. */
export async function makeTrial(request: RunRequest): Promise<RunResult | undefined> {
  const { gpu, task, values, signal, progress, prefix } = request;
  const loaded = await loadUnlessStopped(request);
  if (loaded === undefined) return undefined;
  using prepared = new PreparedRun(gpu, task, values, loaded, { signal });
  const steps = request.steps(prepared.stepsPerEpoch);
  return await result(prepared, signal, async (watch) => {
    for await (const event of prepared.train({ steps, scheduleSteps: steps }, { evaluations: 1 })) {
      watch(event);
      progress.update(`${prefix}step ${event.step} of ${steps}`);
    }
    return signal.aborted ? {} : await prepared.input.measure(prepared.field);
  });
}

/**
 * Makes a final run, which writes a folder with its metrics and the task's files. The folder appears only when the run is complete;
 * until then the run writes to `PATH.unfinished`, where it removes the files of an interrupted run.
 *
 * @param path The run's folder. If it exists, it is replaced.
 * @param seconds The approximate training time of the run.
 * @returns Undefined if the signal stopped the run.
 */
export async function makeFinalRun(request: RunRequest, path: string, seconds: number): Promise<RunResult | undefined> {
  const { gpu, task, values, signal, progress, prefix } = request;
  const unfinished = `${path}.unfinished`;
  await removeRun(unfinished);
  // One after the other, so that a comparison's folder that was removed meanwhile is not made again.
  for (const folder of [dirname(path), unfinished]) await makeIfMissing(folder);
  const loaded = await loadUnlessStopped(request);
  if (loaded === undefined) return undefined;
  using prepared = new PreparedRun(gpu, task, values, loaded, { signal });
  const { input, field, optimizer } = prepared;
  const steps = request.steps(prepared.stepsPerEpoch);
  const length = { steps, scheduleSteps: steps };
  const habits = { progress, prefix, evaluationInterval: (2 * seconds) / EVALUATIONS };
  using run = new TrainingRun({
    task: task.name,
    folder: new RunFolder(unfinished),
    length,
    input,
    field,
    optimizer,
    habits,
    signal,
  });
  await run.begin();
  const made = await result(prepared, signal, async (watch) => {
    for await (const event of prepared.train(length, { evaluations: EVALUATIONS })) {
      watch(event);
      await run.handle(event);
    }
    if (signal.aborted) return {};
    const outcome = await run.finish(signal).catch((error) => {
      if (!signal.aborted) throw error;
    });
    return outcome === undefined ? {} : numbersOf(outcome.figures);
  });
  if (made === undefined) return undefined;
  await removeRun(path);
  await rename(unfinished, path);
  return made;
}

/** The input of a run on the device; undefined if the signal stopped loading it. */
async function loadUnlessStopped(
  { gpu, task, values, signal, progress }: RunRequest,
): Promise<TrainingInput | undefined> {
  try {
    return await loadInput(task, values, gpu, signal, progress);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The entries of a summary that are numbers. */
function numbersOf(summary: Readonly<Record<string, unknown>>): Figures {
  const numbers = Object.entries(summary).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(numbers);
}

type Progress = { readonly step: number; readonly seconds: number; readonly hvps: number };

/** The result of a run, also of one that diverged; undefined if the signal stopped it. */
async function result(
  { stepsPerEpoch, optimizer, input }: PreparedRun,
  signal: AbortSignal,
  work: (watch: (event: Progress) => void) => Promise<Figures>,
): Promise<RunResult | undefined> {
  let last: Progress = { step: 0, seconds: 0, hvps: 0 };
  let divergedAt: number | undefined;
  let figures: Figures = {};
  try {
    figures = await work((event) => last = event);
    // A field may have infinite values although its parameters are finite. A perfect fit has a PSNR of +∞.
    const isBad = !isMeasured(figures[input.quality.figure]) || isMeasuredAbove(figures, input.objective);
    if (isBad) divergedAt = last.step;
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    divergedAt = error.step;
  }
  if (signal.aborted) return undefined;
  const { step: steps, seconds, hvps } = last;
  const { learningRate } = optimizer.spec;
  return {
    learningRate,
    stepsPerEpoch,
    steps,
    seconds,
    hvps,
    divergedAt,
    figures: divergedAt === undefined ? figures : {},
  };
}
