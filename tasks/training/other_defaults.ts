import { activationKinds } from "../../lib/field/activation/registry.ts";
import { encodingKinds } from "../../lib/field/encoding/registry.ts";
import {
  type AnyHyperparameters,
  defaultFrom,
  type HyperparameterValue,
} from "../../lib/hyperparameter/hyperparameter.ts";
import { objectiveKinds } from "../../lib/objective/registry.ts";
import { optimizerKinds } from "../../lib/optim/registry.ts";
import type { Command } from "../shell/command.ts";
import { HYPERPARAMETERS } from "./hyperparameters.ts";
import { chosenOptimizer } from "./optimizer.ts";
import type { OptimizerDefaults } from "./optimizer_defaults.ts";
import type { FieldDefaults, TrainingValues } from "./options.ts";

/** The defaults of a task; the values that an optimizer's depend on are those of the task's runs. */
interface TaskDefaults {
  readonly fieldDefaults?: FieldDefaults;
  readonly optimizerDefaults: (values: never) => OptimizerDefaults;
}

/** What is needed of a task to read the configuration of its runs. */
export interface RecordedTask<C extends Command> extends TaskDefaults {
  readonly name: string;
  readonly command: C;
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * The hyper-parameters of a run that are not what they would be now, by the names of their options. They are among a run's options only where
 * they were given, and the defaults may have been others when the run began.
 *
 * @param config The run's configuration.
 * @param values Its options.
 */
export function otherDefaults(config: Settings, values: TrainingValues, defaults: TaskDefaults): Settings {
  return { ...ofParts(config, values, defaults), ...ofOptimizer(config, values, defaults) };
}

/** Those of the activation, the encoding and the objective. */
function ofParts(config: Settings, values: TrainingValues, { fieldDefaults = {} }: TaskDefaults): Settings {
  const recorded = (["activation", "encoding", "objective"] as const).flatMap((option) => {
    const { name, ...hyperparameters } = (config[option] ?? {}) as Settings;
    const kind = [...activationKinds, ...encodingKinds, ...objectiveKinds].find((kind) => kind.name === name);
    if (kind === undefined || name !== values[option]) return [];
    const usual = (key: string) => fieldDefaults[kind.name]?.[key] ?? kind.hyperparameters[key]?.default;
    return Object.entries(hyperparameters).filter(([key, value]) => {
      return HYPERPARAMETERS.has(key) && !isSame(value, usual(key));
    });
  });
  return Object.fromEntries(recorded);
}

/** Those of the optimizer, and its learning rate. One that the configuration does not have had its own default then. */
function ofOptimizer(config: Settings, values: TrainingValues, { optimizerDefaults }: TaskDefaults): Settings {
  const { name, ...recorded } = (config.optimizer ?? {}) as Settings;
  const kind = optimizerKinds.find((kind) => kind.name === name);
  if (kind === undefined || name !== values.optimizer) return {};
  const now: Settings = chosenOptimizer(values, optimizerDefaults(values as never)).options;
  const then = Object.entries(withDefaults(recorded, kind.hyperparameters)).filter(([key, value]) => {
    return value != null && !isSame(value, now[key]) && (key !== "learningRate" || key in recorded);
  });
  return Object.fromEntries(then);
}

/** What was recorded of hyper-parameters, and the defaults of the others. */
function withDefaults(recorded: Settings, hyperparameters: AnyHyperparameters): Settings {
  const all: Record<string, HyperparameterValue> = {};
  for (const [key, { default: usual }] of Object.entries(hyperparameters)) {
    const value = (recorded[key] as HyperparameterValue | null | undefined) ??
      defaultFrom<HyperparameterValue>(usual, all);
    if (value !== undefined) all[key] = value;
  }
  return all;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
