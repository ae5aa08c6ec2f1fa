import type { OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { optimizerFromConfig } from "../../lib/optim/registry.ts";
import { checkOptimizerOptions, optimizerOptions, withOptions } from "./hyperparameters.ts";
import { byNetwork } from "./network_choice.ts";
import { defaultValues, type OptimizerDefaults } from "./optimizer_defaults.ts";
import type { TrainingValues } from "./options.ts";

/**
 * The optimizer that the options describe.
 *
 * @throws {OptionError} If a hyper-parameter was given that it does not have, or that it refuses.
 */
export function chosenOptimizer(values: TrainingValues, defaults: OptimizerDefaults): OptimizerSpec {
  const { optimizer: name, clipNorm } = values;
  checkOptimizerOptions(values);
  const rates = ratesOf(values, defaults);
  const usual = { ...defaults.options[name], ...publishedFor(values, defaults)?.options };
  const given = optimizerOptions(values);
  const config = {
    name,
    learningRate: values.learningRate ?? (rates && byNetwork(rates, values)),
    ...defaultValues(usual, given, (value) => byNetwork(value, values)),
    clipNorm,
    ...given,
  };
  return withOptions(() => optimizerFromConfig(config));
}

/** A sentence for the user if the learning rate was neither given nor ever tried; undefined otherwise. */
export function rateWarning(
  values: TrainingValues,
  defaults: OptimizerDefaults,
  { name, learningRate }: OptimizerSpec,
): string | undefined {
  if (values.learningRate !== undefined || ratesOf(values, defaults) !== undefined) return undefined;
  return `No good learning rate for the optimizer ${name} is known for this task: its own default, ${learningRate}, is used. ` +
    "Choose another one by --learning-rate.";
}

function ratesOf(values: TrainingValues, defaults: OptimizerDefaults) {
  return publishedFor(values, defaults)?.rates ?? defaults.rates[values.optimizer];
}

function publishedFor({ preset, optimizer }: TrainingValues, { published }: OptimizerDefaults) {
  return preset === "paper" ? published[optimizer] : undefined;
}
