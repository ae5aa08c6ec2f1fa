import { bestOptimizers } from "./optimizer_defaults.ts";
import type { TrainingValues } from "./options.ts";

/**
 * The values with `--optimizer auto` replaced by the optimizer that did best in the same time on such a task with such an
 * activation, and by its rate and schedule where the command line did not name others. With `--preset paper` it is what the paper
 * found best, with the preset's rate and schedule.
 *
 * @param task The task's name.
 * @param given What was on the command line.
 */
export function withBestOptimizer<V extends TrainingValues>(task: string, values: V, given: ReadonlySet<string>): V {
  if (values.optimizer !== "auto") return values;
  if (values.preset === "paper") return { ...values, optimizer: "esgd" };
  const byActivation = bestOptimizers[task] ?? bestOptimizers.other;
  const { optimizer, learningRate, schedule } = byActivation[values.activation] ?? byActivation.other;
  return {
    ...values,
    optimizer,
    learningRate: values.learningRate ?? learningRate,
    schedule: given.has("schedule") ? values.schedule : schedule,
  };
}
