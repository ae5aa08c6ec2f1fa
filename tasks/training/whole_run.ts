import { costOfSteps } from "../../lib/train/budget.ts";
import { formatDuration } from "../shell/progress.ts";
import { secondsOfParts } from "./closing_parts.ts";
import type { Costs } from "./costs.ts";
import type { Deadline } from "./deadline.ts";
import { roomBefore } from "./deadline_room.ts";
import type { PlannedLength } from "./planned_length.ts";
import type { PreparedRun } from "./prepared_run.ts";

/** What the time of a run goes to, from the start of the process to its end, in seconds by what it is. */
type WholeRun = Readonly<Record<string, number>>;

/** Estimates what the time of a planned run goes to; undefined if nothing was measured. */
export function wholeRun(
  prepared: Pick<PreparedRun, "optimizer" | "input" | "stepsPerEpoch" | "epochsBetweenEvaluations">,
  { plan, costs, until, length }: Pick<PlannedLength, "plan" | "costs" | "until" | "length">,
): WholeRun | undefined {
  if (plan === undefined || costs === undefined) return undefined;
  const { optimizer: { counters: { step } }, input: { evaluationInterval = Infinity }, stepsPerEpoch } = prepared;
  const training = costOfSteps(Math.max(0, until - step), (made) => plan.secondsOf(step + made));
  const between = stepsPerEpoch * prepared.epochsBetweenEvaluations(length.steps);
  const evaluations = Math.floor(until / between) - Math.floor(step / between) +
    Math.floor(training / evaluationInterval);
  return {
    "the start": performance.now() / 1000,
    training,
    evaluations: evaluations * costs.evaluation,
    ...Object.fromEntries(costs.closing.map(({ name, seconds }) => [name, seconds])),
    "the end": costs.ending,
  };
}

/** Two lines for a dry run: how long the whole run takes, and what that is beside the deadline. */
export function wholeRunLines(run: WholeRun, costs: Costs, deadline: Deadline | undefined): string[] {
  const lines = [`Whole run   ${wholeRunText(run)}`];
  if (deadline !== undefined) lines.push(`Deadline    ${deadlineText(deadline, costs)}`);
  return lines;
}

/** "about 6 min 30 s: 12 s for the start, 4 min 00 s for training, …". */
export function wholeRunText(run: WholeRun): string {
  const parts = Object.entries(run).filter(([, seconds]) => seconds >= 0.05);
  const total = Object.values(run).reduce((sum, seconds) => sum + seconds, 0);
  return `about ${formatDuration(total)}: ${
    parts.map(([what, seconds]) => `${formatDuration(seconds)} for ${what}`).join(", ")
  }`;
}

/** "10 min 00 s after the start", and what of the closing measurements has no room before it. */
export function deadlineText(deadline: Deadline, costs: Costs): string {
  const { closing } = roomBefore(deadline, costs);
  const all = secondsOfParts(costs.closing);
  const whole = `${formatDuration(deadline.seconds)} after the start`;
  if (closing >= all) return whole;
  const names = costs.closing.map(({ name }) => name).join(", ");
  return `${whole}: ${names} would take about ${formatDuration(all)}, but get about ${
    formatDuration(closing)
  }, so that some of it will be left out`;
}
