import type { TrainEvent } from "../../lib/train/train.ts";
import { beginClosing, unlessCut } from "./closing.ts";
import { checkMeasured } from "./loss_limit.ts";
import type { RunState } from "./run_state.ts";
import type { Summary } from "./training_input.ts";

/** Measures the trained field and writes the results of the task. A run that was stopped does without what takes long. */
export async function concludeRun(run: RunState, event: TrainEvent, signal: AbortSignal): Promise<Summary> {
  const { folder, progress, measurements, parts: { input, field, habits, deadline } } = run;
  const end = performance.now() / 1000 + run.time.closing;
  const closing = beginClosing({
    say: (what, part) => {
      if (habits !== undefined) return progress.update({ what: `${habits.prefix}${what}`, part });
      const left = end - performance.now() / 1000;
      const state = { what, part, left: left > 0 ? left : undefined };
      if (part === undefined) progress.begin(state);
      else progress.update(state);
    },
    print: (line) => habits === undefined && progress.print(line),
    leaveOut: (what, command = run.conclusion) => run.leftOut.add(what, command),
    signal,
    stopped: run.isStopped(event),
    compared: habits !== undefined,
    deadline,
  });
  return await unlessCut(closing, run.conclusion, async () => {
    if (!await measurements.measure(event, closing.signal)) closing.signal.throwIfAborted();
    else if (!run.endsEarly(event)) checkMeasured(measurements.figures, input.objective, event.step);
    return await input.conclude(field, folder, event, closing);
  });
}
