import type { Gpu } from "../../lib/gpu/device.ts";
import type { Command } from "../shell/command.ts";
import { ProgressLine } from "../shell/progress.ts";
import type { SettledValues } from "./options.ts";
import type { TaskValues, TrainingTask } from "./task.ts";
import type { TrainingInput } from "./training_input.ts";

/**
 * Loads the input of a task on the device. The caller must dispose it.
 *
 * @param signal Ends loading between its parts, by throwing the signal's reason.
 * @param shared The progress line that shows what is being done; one of its own by default.
 */
export async function loadInput<C extends Command, S extends TaskValues<C> & SettledValues>(
  task: TrainingTask<C, S>,
  values: S,
  gpu: Gpu,
  signal: AbortSignal,
  shared?: ProgressLine,
): Promise<TrainingInput> {
  const progress = shared ?? new ProgressLine();
  const say = (what: string, part?: number) => progress.begin({ what, part });
  const next = async (what: string) => {
    say(what);
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
  };
  const input = await task.load(values, gpu, { signal, say, next });
  if (shared === undefined) progress.clear();
  return input;
}
