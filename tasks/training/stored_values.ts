import type { Command } from "../shell/command.ts";
import type { FileOptions } from "../shell/option_error.ts";
import { storedValues } from "../shell/options.ts";
import { HYPERPARAMETERS, knownHyperparameters } from "./hyperparameters.ts";
import { networkChoice } from "./network_choice.ts";
import type { SettledValues } from "./options.ts";
import type { TaskValues, TrainingTask } from "./task.ts";

/** The options of a run, with all defaults filled in. */
export type RunValues = TaskValues<Command> & SettledValues;

/**
 * The options of a run of a task, with defaults filled in and shorthands replaced.
 *
 * @param options The given options by their names in camelCase.
 * @param file Where the options come from, for error messages.
 */
export function valuesOf(
  task: TrainingTask,
  options: Record<string, unknown>,
  adapter: { readonly software: boolean },
  file: FileOptions,
): RunValues {
  const values = storedValues(options, task.command, file) as TaskValues<Command>;
  return task.settle({ ...values, ...networkChoice(values) }, adapter);
}

/** As {@linkcode valuesOf}, without hyper-parameters that the run's activation, encoding, optimizer and schedule lack. */
export function settledValues(
  task: TrainingTask,
  options: Record<string, unknown>,
  adapter: { readonly software: boolean },
  file: FileOptions,
): RunValues {
  return valuesOf(task, fittingOptions(task, options, adapter, file), adapter, file);
}

/** Those of the given options that are no hyper-parameters which the run's activation, encoding, optimizer and schedule lack. */
export function fittingOptions(
  task: TrainingTask,
  options: Record<string, unknown>,
  adapter: { readonly software: boolean },
  file: FileOptions,
): Record<string, unknown> {
  const known = knownHyperparameters(valuesOf(task, options, adapter, file));
  const fitting = Object.entries(options).filter(([name]) => !HYPERPARAMETERS.has(name) || known.has(name));
  return Object.fromEntries(fitting);
}
