import { optionSpelling } from "../shell/command.ts";
import type { FileOptions } from "../shell/option_error.ts";
import { UserError } from "../shell/user_error.ts";
import { HYPERPARAMETERS, knownHyperparameters } from "../training/hyperparameters.ts";
import { chosenOptimizer } from "../training/optimizer.ts";
import { fittingOptions, type RunValues, settledValues, valuesOf } from "../training/stored_values.ts";
import type { TrainingTask } from "../training/task.ts";
import { SEARCHED_SCHEDULES } from "./halving.ts";
import { type Pair, pairsOf } from "./pair.ts";
import type { Input, Settings } from "./record.ts";

/** The properties that all runs of a comparison share. */
export interface Scope {
  readonly task: TrainingTask;
  readonly settings: Settings;
  readonly adapter: { readonly software: boolean };
}

/** Where stored options come from, for error messages. */
const FILE: FileOptions = { file: "comparison.json", key: "settings.options" };

/** The settings in which the runs of a pair differ. */
export interface RunChoice {
  readonly input: Input;
  readonly seed: number;
  readonly learningRate?: number;
  readonly schedule?: string;
}

/** The options of one run: its own settings, and the shared options except hyper-parameters that its activation and optimizer lack. */
export function runValues(scope: Scope, { activation, optimizer }: Pair, choice: RunChoice): RunValues {
  const { task, settings } = scope;
  const { input, seed, learningRate, schedule } = choice;
  const positional = task.command.positionals?.[0]?.name;
  const stored = {
    ...settings.options,
    activation,
    optimizer,
    seed,
    ...learningRate !== undefined && { learningRate },
    ...schedule !== undefined && { schedule },
    ...positional !== undefined && { [positional]: input.path },
  };
  return settledValues(task, stored, scope.adapter, FILE);
}

/** The shared options without hyper-parameters that a pair lacks. */
export function pairOptions({ task, settings, adapter }: Scope, pair: Pair): Record<string, unknown> {
  const { activation: _activation, optimizer: _optimizer, ...options } = fittingOptions(
    task,
    { ...settings.options, ...pair },
    adapter,
    FILE,
  );
  return options;
}

/**
 * Checks that every given hyper-parameter belongs to some pair, and that the field and optimizer of every pair can be made.
 *
 * @throws {UserError} If a hyper-parameter belongs to no pair; the message names the first one.
 */
export function checkPairs(scope: Scope): void {
  const { task, settings } = scope;
  const pairs = pairsOf(settings);
  const schedules = settings.tune ? SEARCHED_SCHEDULES.map((schedule) => ({ schedule })) : [{}];
  const choices = pairs.flatMap((pair) => schedules.map((schedule) => ({ ...settings.options, ...pair, ...schedule })));
  const known = new Set(
    choices.flatMap((choice) => [...knownHyperparameters(valuesOf(task, choice, scope.adapter, FILE))]),
  );
  for (const name of Object.keys(settings.options).filter((name) => HYPERPARAMETERS.has(name))) {
    if (known.has(name)) continue;
    throw new UserError(
      `${optionSpelling(name)}: none of the activations, optimizers and schedules has such a hyper-parameter.`,
    );
  }
  for (const pair of pairs) {
    const values = runValues(scope, pair, { input: settings.inputs[0], seed: 0 });
    chosenOptimizer(values, task.optimizerDefaults(values));
    task.field(values, 1);
  }
}

/** A pair's learning rate without tuning: the one that is given, or the default one. */
export function defaultRate(scope: Scope, pair: Pair): number {
  const { task, settings } = scope;
  const values = runValues(scope, pair, { input: settings.inputs[0], seed: 0 });
  return chosenOptimizer(values, task.optimizerDefaults(values)).learningRate;
}
