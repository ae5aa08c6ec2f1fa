import { type FieldDescription, isEncoding } from "../../lib/field/description.ts";
import type { OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { optionSpelling } from "../shell/command.ts";
import { UserError } from "../shell/user_error.ts";
import type { TrainingValues } from "./options.ts";

const OF_ACTIVATIONS = ["omega", "sigma", "scale"] as const;
/** Options that only some activations have. */
export const ACTIVATION_HYPERPARAMETERS = [...OF_ACTIVATIONS, "octaves"] as const;

/** Options that only some optimizers have. */
export const OPTIMIZER_HYPERPARAMETERS = ["weightDecay", "relativeDamping", "initialProbes", "updateEvery"] as const;

/** Hyper-parameters of the activation that were given. */
export function activationOptions(values: TrainingValues): Record<string, number> {
  return pick(values, OF_ACTIVATIONS);
}

/** Hyper-parameters of the optimizer that were given, other than its rate. */
export function optimizerOptions(values: TrainingValues): Record<string, number> {
  return pick(values, OPTIMIZER_HYPERPARAMETERS);
}

/** The hyper-parameters of a field's activation and encoding, resolved; those of its first layers where several differ. */
export function fieldOptions({ layers }: FieldDescription): Record<string, number> {
  const options = layers.map((layer) => (isEncoding(layer) ? layer.encoding : layer.activation).options);
  return Object.assign({}, ...options.toReversed());
}

/**
 * Refuses hyper-parameters that the chosen activation does not have.
 *
 * @throws {UserError} With the name of the first.
 */
export function checkActivationOptions(values: TrainingValues, field: FieldDescription): void {
  refuse(pick(values, ACTIVATION_HYPERPARAMETERS), fieldOptions(field), `the activation ${values.activation}`);
}

/**
 * Refuses hyper-parameters that the chosen optimizer, made without them, does not have.
 *
 * @throws {UserError} With the name of the first.
 */
export function checkOptimizerOptions(values: TrainingValues, optimizer: OptimizerSpec): void {
  refuse(optimizerOptions(values), optimizer.options, `the optimizer ${values.optimizer}`);
}

function refuse(given: Record<string, number>, known: Readonly<Record<string, unknown>>, owner: string): void {
  for (const name of Object.keys(given)) {
    if (!(name in known)) throw new UserError(`${optionSpelling(name)}: ${owner} has no such hyper-parameter.`);
  }
}

function pick(values: TrainingValues, names: readonly (keyof TrainingValues)[]): Record<string, number> {
  return Object.fromEntries(names.flatMap((name) => values[name] === undefined ? [] : [[name, Number(values[name])]]));
}
