import type { Command } from "../shell/command.ts";
import { autoWarning } from "./auto_optimizer.ts";
import { rateWarning } from "./optimizer.ts";
import type { SettledValues } from "./options.ts";
import type { PlannedLength } from "./planned_length.ts";
import type { PreparedRun } from "./prepared_run.ts";
import type { RunLimits } from "./run_length.ts";
import type { RunRequest } from "./run_request.ts";
import type { TaskValues, TrainingTask } from "./task.ts";
import { deadlineText, wholeRun, wholeRunText } from "./whole_run.ts";
import { counted } from "../shell/counted.ts";

/** How long a run is to be. */
interface Planned {
  readonly limits: RunLimits;
  readonly planned: PlannedLength;
}

/** What a user should know before a run starts: choices that were made for it, a doubtful learning rate, and where it will end. */
export function notices<C extends Command, S extends TaskValues<C> & SettledValues>(
  { chosenHere, earlier, deadline }: RunRequest<C>,
  task: TrainingTask<C, S>,
  prepared: PreparedRun<C, S>,
  { limits, planned }: Planned,
): string[] {
  const { values, optimizer } = prepared;
  if (values.conclude) return [];
  const { name, learningRate } = optimizer.spec;
  const texts: string[] = [];
  if (chosenHere) {
    const chosen =
      `The optimizer is ${name}, its learning rate is ${learningRate}, and the schedule is ${values.schedule}.`;
    texts.push([chosen, autoWarning(task.name, values) ?? []].flat().join(" "));
  }
  const defaults = task.optimizerDefaults(values);
  const warning = earlier === undefined ? rateWarning(values, defaults, optimizer.spec) : undefined;
  if (warning !== undefined) texts.push(warning);
  const { schedule, length } = planned;
  if (optimizer.counters.step === length.restarts?.at(-1)?.step) {
    texts.push(
      `The schedule, ${schedule.name}, has ended and begins again (a warm restart): the learning rate goes back to ${learningRate}.`,
    );
  }
  texts.push(...lengthNotices(prepared, { limits, planned }));
  const whole = wholeRun(prepared, planned);
  if (whole !== undefined) texts.push(`The whole run takes ${wholeRunText(whole)}.`);
  if (deadline !== undefined && planned.costs !== undefined) {
    texts.push(`The deadline is ${deadlineText(deadline, planned.costs)}.`);
  }
  return texts;
}

/** Where a run will end. */
function lengthNotices(
  { optimizer, stepsPerEpoch }: Pick<PreparedRun, "optimizer" | "stepsPerEpoch">,
  { limits, planned: { length: { steps, restarts }, schedule, until, shortened, reached } }: Planned,
): string[] {
  const made = optimizer.counters.step;
  if (made >= steps) {
    return [
      `The run has made its ${
        counted(steps, "step")
      } already. To train further, resume it with a larger --epochs, or with --minutes.`,
    ];
  }
  if (until < steps) {
    return [`The deadline will end training at step ${until} of ${steps}; from there the run can be resumed.`];
  }
  if (limits.minutes === undefined && reached === undefined && !shortened) return [];
  const isCut = shortened && restarts?.at(-1)?.step !== made;
  const reason = isCut ? `, because the ${schedule.name} schedule ends there with a learning rate of 0` : "";
  return [`The run will end at step ${steps}, after ${(steps / stepsPerEpoch).toFixed(1)} epochs${reason}.`];
}
