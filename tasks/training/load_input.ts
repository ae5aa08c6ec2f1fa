import type { Gpu } from "../../lib/gpu/device.ts";
import type { Command } from "../shell/command.ts";
import { ProgressLine } from "../shell/progress.ts";
import type { SettledValues } from "./options.ts";
import type { TaskValues, TrainingTask } from "./task.ts";
import type { TrainingInput } from "./training_input.ts";

/** Loading that takes longer than this, in milliseconds, says what it does. */
const PATIENCE = 1000;

/**
 * Loads the input of a task on the device. The caller must dispose it.
 *
 * @param signal Ends loading between its parts, by throwing the signal's reason.
 */
export async function loadInput<C extends Command, S extends TaskValues<C> & SettledValues>(
  task: TrainingTask<C, S>,
  values: S,
  gpu: Gpu,
  signal: AbortSignal,
): Promise<TrainingInput> {
  using progress = new ProgressLine();
  const begin = performance.now();
  const say = (what: string) => {
    if (performance.now() - begin > PATIENCE) progress.update(what);
  };
  const next = async (what: string) => {
    say(what);
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
  };
  const input = await task.load(values, gpu, { signal, say, next });
  progress.finish();
  return input;
}
