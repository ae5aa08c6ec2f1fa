import type { OptimizerSpec } from "../../lib/optim/optimizer.ts";
import type { Command } from "../shell/command.ts";
import { checkFieldOptions, checkObjectiveOptions, checkScheduleOptions } from "./hyperparameters.ts";
import { chosenOptimizer } from "./optimizer.ts";
import type { SettledValues } from "./options.ts";
import type { TaskValues, TrainingTask } from "./task.ts";

/**
 * Checks the options of a run as its task will, without a device.
 *
 * @throws {UserError} If they do not fit together.
 */
export function checkSettings<C extends Command, S extends TaskValues<C> & SettledValues>(
  task: TrainingTask<C, S>,
  asked: TaskValues<C>,
): void {
  // Only defaults depend on the adapter, which the machine of the run will have.
  const settled = task.settle(asked, { software: false });
  checkHyperparameters(task, settled);
  task.field(settled, 1);
}

/**
 * Checks the hyper-parameters among the options of a run.
 *
 * @returns The optimizer that they describe.
 * @throws {OptionError} If one belongs to nothing that was chosen, or is refused.
 */
export function checkHyperparameters<C extends Command, S extends TaskValues<C> & SettledValues>(
  task: TrainingTask<C, S>,
  values: S,
): OptimizerSpec {
  const spec = chosenOptimizer(values, task.optimizerDefaults(values));
  checkFieldOptions(values);
  checkScheduleOptions(values);
  checkObjectiveOptions(values);
  return spec;
}
