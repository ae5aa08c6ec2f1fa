import { byNetwork } from "./network_choice.ts";
import { bestOptimizers } from "./optimizer_defaults.ts";
import type { TrainingValues } from "./options.ts";

/**
 * Replaces `--optimizer auto` by the best optimizer in our comparisons for the task and the activation, with its learning rate and
 * schedule unless the command line gives others. With `--preset paper` it is the best one in the paper, with the preset's rate and
 * schedule.
 *
 * @param task The task's name.
 * @param given The names of the options that were on the command line.
 */
export function withBestOptimizer<V extends TrainingValues>(task: string, values: V, given: ReadonlySet<string>): V {
  if (values.optimizer !== "auto") return values;
  if (values.preset === "paper") return { ...values, optimizer: "esgd" };
  const { optimizer, learningRate, schedule } = byNetwork(bestOptimizers[task] ?? bestOptimizers.other, values);
  return {
    ...values,
    optimizer,
    learningRate: values.learningRate ?? learningRate,
    schedule: given.has("schedule") ? values.schedule : schedule,
  };
}
