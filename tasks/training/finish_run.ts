import type { TrainEvent } from "../../lib/train/train.ts";
import { counted } from "../shell/counted.ts";
import { soonAfter, unlessStopped } from "./closing.ts";
import { concludeRun } from "./conclude_run.ts";
import { ENDING, signalOrDeadline } from "./deadline.ts";
import { plotRun } from "./run_plot.ts";
import type { RunState } from "./run_state.ts";
import { formatQuality } from "./status_line.ts";
import type { Summary } from "./training_input.ts";

/** How a run ended. */
interface RunOutcome {
  /** The figures of the last measurement, including the closing ones. */
  readonly figures: Summary;
  readonly steps: number;
  /** The training time. */
  readonly seconds: number;
  /** The number of Hessian-vector products. */
  readonly hvps: number;
}

/** Writes the results of a finished or interrupted run and prints where they are. */
export async function finishRun(run: RunState, signal: AbortSignal): Promise<RunOutcome> {
  const { folder, measurements, pages, parts: { habits, deadline } } = run;
  const event = run.last!;
  const isUnfinished = run.endsEarly(event);
  if (habits === undefined) run.progress.finish();
  // A run without steps leaves nothing that would keep its name from being used.
  if (isUnfinished && event.step === 0) return await stoppedBeforeFirstStep(run, event);
  if (isUnfinished && habits === undefined) await saveStopped(run, event);
  const concluded = await concludeRun(run, event, signal);
  // The last step's own loss may have been above the limit by chance.
  if (!isUnfinished && !await run.checkpoints.has(event.step)) await run.save(event, false);
  if (habits === undefined) await run.replaceLost();
  const figures = { ...measurements.figures, ...concluded };
  const totals = run.totals(event);
  const summary = await run.summarize(event, figures);
  const outcome = { figures, steps: event.step, ...totals };
  const end = { ...run.moment(event), status: isUnfinished ? "stopped" as const : "finished" as const, summary };
  const soon = signalOrDeadline(soonAfter(signal), deadline, ENDING);
  if (habits !== undefined) {
    await pages.conclude(folder, end);
    return outcome;
  }
  await drawCurves(run, soon);
  await pages.conclude(folder, end, soon);
  sayResults(run, outcome);
  return outcome;
}

/** Draws the curves last, because the results must not wait for the package that draws. */
async function drawCurves(run: RunState, soon: AbortSignal): Promise<void> {
  if (soon.aborted) return run.leftOut.add("drawing the curves", run.conclusion);
  run.progress.begin("drawing the curves");
  await unlessStopped(plotRun(run.folder, run.parts), soon);
}

function sayResults({ progress, leftOut, folder, parts: { input } }: RunState, { figures, steps }: RunOutcome): void {
  progress.clear();
  console.log(`${formatQuality(input.quality, figures)} after ${counted(steps, "step")}; the run is in ${folder.path}`);
  for (const line of leftOut.lines) console.log(line);
}

/** Writes the checkpoint of a run that ends early first of all, because whoever stopped it may not wait for the measurements. */
async function saveStopped(run: RunState, event: TrainEvent): Promise<void> {
  if (!event.aboveLimit && !await run.checkpoints.has(event.step)) await run.save(event, true);
  const above = event.aboveLimit
    ? ", where the loss is so far above that of a constant that no checkpoint was written"
    : "";
  const { length: { steps }, input: { values } } = run.parts;
  if (values.conclude) return;
  const step = run.isStopped(event) ? event.step : `${event.step} of ${steps}, because of the deadline`;
  console.log(`Stopped at step ${step}${above}. To go on: ${run.again}`);
}

async function stoppedBeforeFirstStep(run: RunState, event: TrainEvent): Promise<RunOutcome> {
  const { habits, trainingTimeIsOver } = run.parts;
  await run.summarize(event, {});
  await run.pages.conclude(run.folder, { ...run.moment(event), status: "stopped" });
  if (!run.isStopped(event)) trainingTimeIsOver?.throwIfAborted();
  if (habits === undefined) {
    console.log(`Stopped before the first step. To begin again, give the same command, or: ${run.again}`);
  }
  return { figures: {}, steps: 0, ...run.totals(event) };
}
