import { affordableSteps } from "../../lib/train/budget.ts";
import { formatDuration } from "../shell/progress.ts";
import { UserError } from "../shell/user_error.ts";
import { divideTime } from "./closing_parts.ts";
import type { Costs } from "./costs.ts";
import { type Deadline, ENDING, TOO_SHORT } from "./deadline.ts";
import { EVALUATIONS } from "./prepared_run.ts";

/** The part of the time that is kept free, because steps and measurements may take longer than they did when they were measured. */
const MARGIN = 0.05;

/** How much longer than measured everything may take after a start with the deadline that a message names. */
const SLOWER = 1.25;

/** A step is said to be a costly one if it takes so many times as long as the next. */
const COSTLY = 1.5;

/** How the time until a deadline is divided, in seconds. */
interface Room {
  /** For steps and the evaluations between them. */
  readonly training: number;
  /** For closing measurements that a run can do without. */
  readonly closing: number;
  /** Training ends when only this is left, whatever step it has reached: it is for what follows in any case. */
  readonly reserve: number;
}

/** What the number of steps depends on besides the time. */
interface Steps {
  /** The number of steps made so far. */
  readonly made: number;
  readonly stepsPerEpoch: number;
  /** Seconds of each step. */
  readonly secondsOf: (step: number) => number;
  /** Epochs between two evaluations, if they were asked for. */
  readonly evaluateEvery?: number;
  /** The longest training time between two evaluations, in seconds. */
  readonly evaluationInterval?: number;
}

/**
 * Divides the time that is left. What follows training in any case comes first; the other closing measurements get at most as much as
 * training, because a field that is hardly trained is not worth rendering.
 *
 * @param step The seconds of the next step, for which there is to be time in any case.
 */
export function roomBefore({ left }: Pick<Deadline, "left">, costs: Costs, step = 0): Room {
  const free = left - costs.ending - ENDING - MARGIN * left;
  const parts = divideTime(costs.closing, Math.max(0, Math.min(free / 2, free - step)));
  const closing = Object.values(parts).reduce((sum, seconds) => sum + seconds, 0);
  return { training: free - closing, closing, reserve: 1.1 * costs.ending + ENDING };
}

/**
 * The step that training reaches before a deadline, evaluations included.
 *
 * @throws {UserError} If there is no time for a single step. The message says what would fit.
 */
export function lastStepBefore(deadline: Deadline, costs: Costs, steps: Steps): number {
  const { made, stepsPerEpoch, secondsOf, evaluateEvery, evaluationInterval = Infinity } = steps;
  const needed = secondsOf(made);
  const { training } = roomBefore(deadline, costs, needed);
  if (!(needed <= training)) throw tooSoon(deadline, costs, steps);
  // Evaluations that come after a time take a fixed share of it.
  const seconds = training / (1 + costs.evaluation / evaluationInterval);
  const within = (time: number, evaluated: number) =>
    affordableSteps(time, made, (step) => secondsOf(step) + costs.evaluation / evaluated);
  const everyEpoch = within(seconds, stepsPerEpoch * (evaluateEvery ?? 1));
  if (evaluateEvery !== undefined) return everyEpoch;
  // By default there are not more than so many evaluations at the ends of epochs, so that longer runs have them at fewer epochs.
  const few = Math.max(everyEpoch, within(seconds - EVALUATIONS * costs.evaluation, Infinity));
  const most = EVALUATIONS * stepsPerEpoch;
  const between = Math.ceil(few / most);
  return Math.max(few, Math.min(within(seconds, stepsPerEpoch * between), most * between));
}

function tooSoon({ text, left, seconds }: Deadline, costs: Costs, { made, secondsOf }: Steps): UserError {
  const step = secondsOf(made);
  const which = step > COSTLY * secondsOf(made + 1) ? "the next step alone" : "a step";
  const needed = seconds - left + costs.ending + ENDING + step;
  const enough = Math.ceil(SLOWER * needed / (1 - MARGIN) + 1);
  return new UserError(
    `--deadline ${text}: ${TOO_SHORT}, but the start took ${formatDuration(seconds - left)}, ${which} takes about ${
      formatDuration(step)
    }, and what follows training at least ${formatDuration(costs.ending + ENDING)}; --deadline ${enough}s would fit.`,
  );
}
