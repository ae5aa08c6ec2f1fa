import { activationKinds } from "../../lib/field/activation/registry.ts";
import { encodingKinds } from "../../lib/field/encoding/registry.ts";
import {
  type AnyHyperparameters,
  defaultFrom,
  type HyperparameterValue,
  isDerivedDefault,
} from "../../lib/hyperparameter/hyperparameter.ts";
import { objectiveKinds } from "../../lib/objective/registry.ts";
import { optimizerKinds } from "../../lib/optim/registry.ts";
import { scheduleToConfig } from "../../lib/train/schedule_registry.ts";
import type { Command } from "../shell/command.ts";
import type { DataShapes } from "./config_shape.ts";
import { checkScheduleOptions, HYPERPARAMETERS, SETTINGS_OF } from "./hyperparameters.ts";
import { networkChoice } from "./network_choice.ts";
import { chosenOptimizer } from "./optimizer.ts";
import type { OptimizerDefaults } from "./optimizer_defaults.ts";
import type { FieldDefaults, SettledValues, TrainingValues } from "./options.ts";
import type { RunLength } from "./run_length.ts";
import { chosenSchedule } from "./schedule.ts";

/** The defaults of a task; the values that an optimizer's depend on are those of the task's runs. */
interface TaskDefaults {
  readonly fieldDefaults?: FieldDefaults;
  readonly optimizerDefaults: (values: never) => OptimizerDefaults;
}

/** What is needed of a task to read the configuration of its runs. */
export interface RecordedTask<C extends Command> extends TaskDefaults {
  readonly name: string;
  readonly command: C;
  readonly presetOptions?: readonly string[];
  readonly dataShapes?: DataShapes;
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * The hyper-parameters of a run that are not what they would be now, by the names of their options. They are among a run's options only where
 * they were given, and the defaults may have been others when the run began.
 *
 * @param config The run's configuration.
 * @param values Its options.
 * @param others What is given instead of the run's; defaults that are derived from it follow.
 */
export function otherDefaults(
  config: Settings,
  values: TrainingValues,
  defaults: TaskDefaults,
  others: Settings = {},
): Settings {
  const all = { ...ofParts(config, values, defaults), ...ofOptimizer(config, values, defaults, others) };
  const given = values as unknown as Settings;
  return Object.fromEntries(Object.entries(all).filter(([name]) => given[name] === undefined));
}

/**
 * Sentences about what a configuration says twice in different ways: in its options, which somebody may have changed, and in the entry of
 * what was chosen.
 *
 * @param config The run's configuration.
 * @param values Its options.
 */
export function contradictions(config: Settings, values: TrainingValues): string[] {
  const options: Settings = { ...values, ...networkChoice(values) };
  return Object.keys(SETTINGS_OF).flatMap((option) => {
    const { name, ...settings } = (config[option] ?? {}) as Settings;
    if (name === undefined) return [];
    const pairs = options[option] !== name
      ? [[option, "name", name]]
      // The options of a schedule are those over a whole run, which have other names.
      : Object.entries(settings).flatMap(([key, value]) => {
        return option === "schedule" || options[key] === undefined ? [] : [[key, key, value]];
      });
    return pairs.filter(([given, , value]) => !isSame(options[given as string], value)).map(([given, key, value]) => {
      const [first, second] = [options[given as string], value].map((each) => JSON.stringify(each));
      return `options.${given} is ${first}, but ${option}.${key} is ${second}; the options count.`;
    });
  });
}

/** The sentence about a schedule that is not the one to which the options of a run and its length lead; none if it is. */
export function scheduleContradiction(config: Settings, values: TrainingValues, length: RunLength): string[] {
  checkScheduleOptions(values);
  const schedule = scheduleToConfig(chosenSchedule(values as SettledValues, length));
  const [first, second] = [schedule, config.schedule].map((each) => JSON.stringify(each));
  if (first === second) return [];
  return [
    `options, scheduleSteps and restarts lead to the schedule ${first}, but schedule is ${second}; the former count.`,
  ];
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
function ofOptimizer(
  config: Settings,
  values: TrainingValues,
  { optimizerDefaults }: TaskDefaults,
  others: Settings,
): Settings {
  const { name, ...all } = (config.optimizer ?? {}) as Settings;
  const kind = optimizerKinds.find((kind) => kind.name === name);
  if (kind === undefined || name !== values.optimizer) return {};
  const { hyperparameters } = kind;
  const recorded = withinInterval(all);
  const derived = derivedDefaults(recorded, hyperparameters);
  const chosen = Object.fromEntries(Object.entries(recorded).filter(([key, value]) => !isSame(value, derived[key])));
  const isOther = (others.optimizer ?? name) !== name;
  const instead = Object.entries(others).filter(([key]) => Object.hasOwn(hyperparameters, key) && !isOther);
  const optionsWith = (values: object): Settings => {
    return chosenOptimizer(values as TrainingValues, optimizerDefaults(values as never)).options;
  };
  const [now, following] = [values, { ...values, ...Object.fromEntries(instead) }].map(optionsWith);
  const { learningRate: _, ...ownDefaults } = withDefaults(
    { ...chosen, ...Object.fromEntries(instead) },
    hyperparameters,
  );
  const then = Object.entries({ ...ownDefaults, ...chosen }).filter(([key]) => {
    return Object.hasOwn(hyperparameters, key) || key === "clipNorm";
  });
  return Object.fromEntries(then.filter(([key, value]) => {
    const isChosen = Object.hasOwn(chosen, key) || !isDerivedDefault(hyperparameters[key].default);
    return value != null && !isSame(value, (isChosen ? now : following)[key]);
  }));
}

/** The defaults that are derived from what was recorded. */
function derivedDefaults(recorded: Settings, hyperparameters: AnyHyperparameters): Settings {
  const derived = Object.entries(hyperparameters).filter(([, each]) =>
    isDerivedDefault<HyperparameterValue>(each.default)
  );
  const others = Object.entries(recorded).filter(([key]) => derived.every(([name]) => name !== key));
  const all = withDefaults(Object.fromEntries(others), hyperparameters);
  return Object.fromEntries(derived.map(([name]) => [name, all[name]]));
}

/** Older configurations may have numbers of steps above the interval of refreshes; they meant the interval. */
function withinInterval(recorded: Settings): Settings {
  const interval = recorded.basisEvery ?? recorded.updateEvery;
  const limited = ["startEvery", "factorsWithin"].filter((name) => Number(recorded[name]) > Number(interval));
  return { ...recorded, ...Object.fromEntries(limited.map((name) => [name, interval])) };
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
