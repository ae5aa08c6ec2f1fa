import type { Command } from "../shell/command.ts";
import { storedValues } from "../shell/options.ts";
import { HYPERPARAMETERS, knownHyperparameters } from "./hyperparameters.ts";
import { networkChoice } from "./network_choice.ts";
import type { SettledValues } from "./options.ts";
import type { TaskValues, TrainingTask } from "./task.ts";

/** The options of a run, with all defaults filled in. */
export type RunValues = TaskValues<Command> & SettledValues;

/** The options with their defaults and with shorthands replaced, but not yet settled for an adapter. */
export function withDefaults(task: TrainingTask, options: Record<string, unknown>, file: string): TaskValues<Command> {
  const values = storedValues(options, task.command, file) as TaskValues<Command>;
  return { ...values, ...networkChoice(values) };
}

/**
 * The options of a run of a task, without hyper-parameters that its activation, encoding and optimizer lack.
 *
 * @param options The given options by their names in camelCase.
 * @param file Where the options come from, for error messages.
 */
export function settledValues(
  task: TrainingTask,
  options: Record<string, unknown>,
  adapter: { readonly software: boolean },
  file: string,
): RunValues {
  const known = knownHyperparameters(withDefaults(task, options, file));
  const fitting = Object.entries(options).filter(([name]) => !HYPERPARAMETERS.has(name) || known.has(name));
  return task.settle(withDefaults(task, Object.fromEntries(fitting), file), adapter);
}
