import type { OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { optimizerFromConfig } from "../../lib/optim/registry.ts";
import { checkOptimizerOptions, optimizerOptions } from "./hyperparameters.ts";
import type { ByActivation, OptimizerDefaults } from "./optimizer_defaults.ts";
import type { TrainingValues } from "./options.ts";

/**
 * The optimizer that the options describe.
 *
 * @throws {UserError} If a hyper-parameter was given that it does not have.
 */
export function chosenOptimizer(values: TrainingValues, defaults: OptimizerDefaults): OptimizerSpec {
  const { preset, activation, optimizer: name, clipNorm } = values;
  const published = preset === "paper" ? defaults.published[name] : undefined;
  const byActivation = (numbers: ByActivation) => numbers[activation] ?? numbers.other;
  const config = {
    name,
    learningRate: values.learningRate ?? byActivation(published?.rates ?? defaults.rates[name]),
    ...(name === "esgd" && { relativeDamping: byActivation(defaults.relativeDamping) }),
    ...defaults.options[name],
    ...published?.options,
    clipNorm,
  };
  checkOptimizerOptions(values, optimizerFromConfig(config));
  return optimizerFromConfig({ ...config, ...optimizerOptions(values) });
}
