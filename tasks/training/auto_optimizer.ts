import { ownFilesRecord } from "../own/own_files.ts";
import { byNetwork } from "./network_choice.ts";
import { bestOptimizers, notCompared } from "./optimizer_defaults.ts";
import type { TrainingValues } from "./options.ts";

/** The activation of the published settings of a task, where it has another default. */
const PUBLISHED_ACTIVATIONS: Readonly<Record<string, string>> = { image: "gaussian" };

/**
 * Replaces `--optimizer auto` by the best optimizer in our comparisons for the task and the activation, with its learning rate and
 * schedule unless the command line gives others. With `--preset paper` it is the best one in the paper, with the preset's rate and
 * schedule, and the activation is the published one unless the command line gives another.
 *
 * @param task The task's name.
 * @param given The names of the options that were on the command line.
 */
export function withBestOptimizer<V extends TrainingValues>(task: string, values: V, given: ReadonlySet<string>): V {
  if (values.preset === "paper") {
    const activation = given.has("activation") ? undefined : PUBLISHED_ACTIVATIONS[task];
    const optimizer = values.optimizer === "auto" ? "esgd" : values.optimizer;
    return { ...values, activation: activation ?? values.activation, optimizer };
  }
  if (values.optimizer !== "auto") return values;
  const { optimizer, learningRate, schedule } = bestFor(task, values);
  return {
    ...values,
    optimizer,
    learningRate: values.learningRate ?? learningRate,
    schedule: given.has("schedule") ? values.schedule : schedule,
  };
}

/** A sentence for the user if `--optimizer auto` had nothing for the activation, such as one of the user's own; undefined otherwise. */
export function autoWarning(task: string, values: TrainingValues): string | undefined {
  const { activation, preset } = values;
  const isKnown = bestFor(task, values) !== notCompared &&
    ownFilesRecord({ activations: [activation] }).ownFiles === undefined;
  if (preset === "paper" || isKnown) return undefined;
  return `No best settings are known for the activation ${activation}, so --optimizer auto took those for other activations.`;
}

function bestFor(task: string, values: TrainingValues) {
  return byNetwork(bestOptimizers[task] ?? bestOptimizers.other, values);
}
