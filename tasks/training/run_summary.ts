import type { DivergenceError } from "../../lib/train/divergence.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import type { RunTotals } from "./earlier_run.ts";
import type { RunStatus } from "../run/run_status.ts";
import type { ConfiguredRun } from "./run_config.ts";
import type { Figures, Summary } from "./training_input.ts";

/** How a run is, or ended. */
interface RunEnd {
  /** The last event. */
  readonly event: TrainEvent;
  readonly totals: RunTotals;
  /** The figures of the last measurement. */
  readonly figures: Summary;
  /** Whether a signal stopped the run. */
  readonly aborted: boolean;
  /** What the deadline left no time for. */
  readonly leftOut?: readonly string[];
  /** How often the device was lost. */
  readonly deviceLosses: number;
  /** Why the run diverged, if it did. */
  readonly divergence?: DivergenceError;
  /** What the run failed of, if it did. */
  readonly error?: Error;
  /** Whether it goes on. */
  readonly running?: boolean;
}

/** The content of `summary.json`. */
export function runSummary({ task, field, length, rollbacks = [] }: ConfiguredRun, end: RunEnd): object {
  const {
    event: { step },
    totals: { seconds, hvps },
    figures,
    aborted,
    leftOut = [],
    deviceLosses,
    divergence,
    error,
  } = end;
  const diverged = divergence === undefined ? {} : {
    divergedAt: divergence.step,
    diverged: divergence.message,
    divergedIn: divergence.divergence.where?.[0],
  };
  return {
    task,
    status: statusOf(end, length.steps),
    ...diverged,
    ...error && { error: error.message },
    adapter: field.gpu.adapter.name,
    parameters: field.parameterCount,
    steps: step,
    seconds,
    stepsPerSecond: seconds > 0 ? step / seconds : 0,
    ...figures,
    hvps,
    aborted,
    ...leftOut.length > 0 && { leftOut },
    ...deviceLosses > 0 && { deviceLosses },
    ...rollbacks.length > 0 && { rollbacks },
    ...length.restarts && { restarts: length.restarts },
  };
}

/** How a run is, or ended: what `summary.json` says of it from its first moment on. */
function statusOf({ running, divergence, error, event: { step } }: RunEnd, steps: number): RunStatus {
  if (running) return "running";
  if (divergence !== undefined) return "diverged";
  if (error !== undefined) return "failed";
  return step < steps ? "stopped" : "finished";
}

/** The figures in the content of a `summary.json`: its numbers without those that every run has. */
export function figuresIn(summary: Readonly<Record<string, unknown>>): Figures {
  const own = ["divergedAt", "parameters", "steps", "seconds", "stepsPerSecond", "hvps", "deviceLosses"];
  const numbers = Object.entries(summary).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(numbers.filter(([name]) => !own.includes(name)));
}
