import { optionSpelling } from "../shell/command.ts";
import { storedValues } from "../shell/options.ts";
import { UserError } from "../shell/user_error.ts";
import { ACTIVATION_HYPERPARAMETERS, fieldOptions, OPTIMIZER_HYPERPARAMETERS } from "../training/hyperparameters.ts";
import type { TaskValues, TrainingTask } from "../training/task.ts";
import type { Command } from "../shell/command.ts";
import type { SettledValues } from "../training/options.ts";
import type { Input, Settings } from "./settings.ts";

/** An optimizer on an activation. */
export interface Pair {
  readonly activation: string;
  readonly optimizer: string;
}

/** What all runs of a comparison have in common. */
export interface Scope {
  readonly task: TrainingTask;
  readonly settings: Settings;
  readonly adapter: { readonly software: boolean };
}

/** The options of a run, settled. */
export type RunValues = TaskValues<Command> & SettledValues;

/** What distinguishes the runs of a pair. */
export interface RunChoice {
  readonly input: Input;
  readonly seed: number;
  readonly learningRate?: number;
  readonly schedule?: string;
}

/** All pairs, activation by activation. */
export function pairsOf({ activations, optimizers }: Settings): Pair[] {
  return activations.flatMap((activation) => optimizers.map((optimizer) => ({ activation, optimizer })));
}

/** A pair in a word. */
export function pairName({ activation, optimizer }: Pair): string {
  return `${activation}-${optimizer}`;
}

/** The options of one run: the shared ones as far as activation and optimizer have them, and its own. */
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
  const known = new Set(hyperparametersOf(scope, { activation, optimizer }));
  const fitting = Object.entries(stored).filter(([name]) => !isHyperparameter(name) || known.has(name));
  return settle(scope, Object.fromEntries(fitting));
}

function settle({ task, adapter }: Scope, options: Record<string, unknown>): RunValues {
  return task.settle(storedValues(options, task.command, "comparison.json") as TaskValues<Command>, adapter);
}

/**
 * Refuses hyper-parameters that no pair has, and what a pair cannot be made with.
 *
 * @throws {UserError} With the name of the first.
 */
export function checkPairs(scope: Scope): void {
  const { task, settings } = scope;
  const pairs = pairsOf(settings);
  const known = new Set(pairs.flatMap((pair) => hyperparametersOf(scope, pair)));
  for (const name of Object.keys(settings.options).filter(isHyperparameter)) {
    if (known.has(name)) continue;
    throw new UserError(`${optionSpelling(name)}: none of the activations and optimizers has such a hyper-parameter.`);
  }
  for (const pair of pairs) {
    const values = runValues(scope, pair, { input: settings.inputs[0], seed: 0 });
    task.optimizer(values);
    task.field(values, 1);
  }
}

/** The rate that a pair has where nothing else is said. */
export function defaultRate(scope: Scope, pair: Pair): number {
  const { task, settings } = scope;
  return task.optimizer(runValues(scope, pair, { input: settings.inputs[0], seed: 0 })).learningRate;
}

function isHyperparameter(name: string): boolean {
  return [...ACTIVATION_HYPERPARAMETERS, ...OPTIMIZER_HYPERPARAMETERS].some((each) => each === name);
}

function hyperparametersOf(scope: Scope, pair: Pair): string[] {
  const { task, settings } = scope;
  const others = Object.entries({ ...settings.options, ...pair }).filter(([name]) => !isHyperparameter(name));
  const values = settle(scope, Object.fromEntries(others));
  return [...Object.keys(fieldOptions(task.field(values, 1))), ...Object.keys(task.optimizer(values).options)];
}
