import type { Gpu } from "../../lib/gpu/device.ts";
import { RunFolder } from "../run/run_folder.ts";
import { DivergenceError } from "../../lib/train/train.ts";
import type { ProgressLine } from "../shell/progress.ts";
import { PreparedRun } from "../training/prepared_run.ts";
import type { Figures } from "../training/subject.ts";
import type { TrainingTask } from "../training/task.ts";
import type { RunValues } from "./pairs.ts";
import { TrainingRun } from "../training/training_run.ts";

/** One run of many: what is trained, and how it is shown. */
export interface RunRequest {
  readonly gpu: Gpu;
  readonly task: TrainingTask;
  readonly values: RunValues;
  /** How many steps it has, at so many an epoch. */
  readonly steps: (stepsPerEpoch: number) => number;
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
  /** Stands before what the run shows. */
  readonly prefix: string;
}

/** How it ended. */
export interface RunResult {
  readonly learningRate: number;
  readonly stepsPerEpoch: number;
  /** Steps made. */
  readonly steps: number;
  /** Of training. */
  readonly seconds: number;
  readonly hvps: number;
  readonly divergedAt?: number;
  readonly figures: Figures;
}

/** Evaluations along a final run, about. */
const EVALUATIONS = 30;

/** Trains and measures once, at the end. Undefined when the signal stopped it. */
export async function makeTrial(request: RunRequest): Promise<RunResult | undefined> {
  const { gpu, task, values, signal, progress, prefix } = request;
  using prepared = new PreparedRun(gpu, task, values, await task.load(values, gpu), signal);
  const steps = request.steps(prepared.stepsPerEpoch);
  return await result(prepared, signal, async (watch) => {
    for await (const event of prepared.train({ steps, scheduleSteps: steps }, 1)) {
      watch(event);
      progress.update(`${prefix}step ${event.step} of ${steps}`);
    }
    return signal.aborted ? {} : await prepared.subject.measure(prepared.field);
  });
}

/**
 * Makes a final run, which leaves its folder with a curve and the task's own files. Undefined when the signal stopped it: then
 * what an earlier run left there stays.
 *
 * @param path Its folder; the run is made beside it, where what an interrupted one left goes.
 * @param seconds What its training will take, about.
 */
export async function makeFinalRun(request: RunRequest, path: string, seconds: number): Promise<RunResult | undefined> {
  const { gpu, task, values, signal, progress, prefix } = request;
  const unfinished = `${path}.unfinished`;
  await Deno.remove(unfinished, { recursive: true }).catch(() => {});
  await Deno.mkdir(unfinished, { recursive: true });
  using prepared = new PreparedRun(gpu, task, values, await task.load(values, gpu), signal);
  const { subject, field, optimizer } = prepared;
  const steps = request.steps(prepared.stepsPerEpoch);
  const length = { steps, scheduleSteps: steps };
  const habits = { progress, prefix, evaluationInterval: (2 * seconds) / EVALUATIONS };
  using run = new TrainingRun(task.name, new RunFolder(unfinished), length, subject, field, optimizer, habits);
  await run.begin();
  const made = await result(prepared, signal, async (watch) => {
    for await (const event of prepared.train(length, EVALUATIONS)) {
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
  await Deno.remove(path, { recursive: true }).catch(() => {});
  await Deno.rename(unfinished, path);
  return made;
}

/** Of what a run left, the numbers. */
function numbersOf(summary: Readonly<Record<string, unknown>>): Figures {
  const numbers = Object.entries(summary).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(numbers);
}

type Progress = { readonly step: number; readonly seconds: number; readonly hvps: number };

/** What a run came to, a divergence included. */
async function result(
  { stepsPerEpoch, optimizer, subject }: PreparedRun,
  signal: AbortSignal,
  work: (watch: (event: Progress) => void) => Promise<Figures>,
): Promise<RunResult | undefined> {
  let last: Progress = { step: 0, seconds: 0, hvps: 0 };
  let divergedAt: number | undefined;
  let figures: Figures = {};
  try {
    figures = await work((event) => last = event);
    // Finite parameters may still give a field that is not.
    if (!Number.isFinite(figures[subject.quality.figure])) divergedAt = last.step;
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
