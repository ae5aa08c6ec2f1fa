import { activationKinds } from "../../lib/field/activation/registry.ts";
import { HyperparameterError } from "../../lib/hyperparameter/hyperparameter_error.ts";
import { type FieldDescription, isEncoding } from "../../lib/field/description.ts";
import { encodingKinds } from "../../lib/field/encoding/registry.ts";
import { objectiveKinds } from "../../lib/objective/registry.ts";
import { optimizerKinds } from "../../lib/optim/registry.ts";
import { scheduleHyperparameters, scheduleKinds, scheduleOver } from "../../lib/train/schedule_registry.ts";
import { OptionError } from "../shell/option_error.ts";
import { type Owner, spelledNames } from "./hyperparameter_options.ts";
import { networkChoice } from "./network_choice.ts";
import type { TrainingValues } from "./options.ts";

/** Hyper-parameters by name. */
type Given = Record<string, number | string | boolean | readonly number[]>;

const ofActivations = namesIn(activationKinds);
const ofEncodings = namesIn(encodingKinds);
/** Without the learning rate, which is an option of every run. */
const ofOptimizers = namesIn(optimizerKinds).filter((name) => name !== "learningRate");

const ofSchedules = namesIn(scheduleKinds);
const ofObjectives = namesIn(objectiveKinds);

/** The names of all hyper-parameters that only some activations, encodings, optimizers, schedules or objectives have. */
export const HYPERPARAMETERS: ReadonlySet<string> = new Set([
  ...ofActivations,
  ...ofEncodings,
  ...ofOptimizers,
  ...ofSchedules,
  ...ofObjectives,
]);

/** The names of all hyper-parameters that options give. */
const OPTIONS: ReadonlySet<string> = new Set([...HYPERPARAMETERS, "learningRate", "clipNorm"]);

/** The settings of what options choose, by the name of the option: those that are for the thing they were chosen with. */
export const SETTINGS_OF: Readonly<
  Record<"activation" | "encoding" | "optimizer" | "schedule" | "objective", readonly string[]>
> = {
  activation: ofActivations,
  encoding: ofEncodings,
  optimizer: ["learningRate", ...ofOptimizers],
  schedule: ofSchedules,
  objective: ofObjectives,
};

/** The hyper-parameters of an activation, an encoding or an objective that were given. */
export function givenHyperparameters(values: TrainingValues, { hyperparameters }: Owner): Record<string, number> {
  return pick(values, Object.keys(hyperparameters)) as Record<string, number>;
}

/** The hyper-parameters of the optimizer that were given, other than its learning rate. */
export function optimizerOptions(values: TrainingValues): Given {
  return pick(values, ofOptimizers);
}

/** The hyper-parameters of the schedule that were given. */
export function scheduleOptions(values: TrainingValues): Given {
  return pick(values, ofSchedules);
}

/** The names of the hyper-parameters that what was chosen has, other than the learning rate. */
export function knownHyperparameters(values: TrainingValues): Set<string> {
  const { activation, encoding } = networkChoice(values);
  return new Set([
    ...namesIn(activationKinds.filter(({ name }) => name === activation)),
    ...namesIn(encodingKinds.filter(({ name }) => name === encoding)),
    ...namesIn(optimizerKinds.filter(({ name }) => name === values.optimizer)),
    ...namesIn(objectiveKinds.filter(({ name }) => name === values.objective)),
    ...values.schedule === undefined
      ? []
      : Object.keys(scheduleHyperparameters(values.schedule, scheduleOptions(values).then as string | undefined)),
  ]);
}

/** The activation and the encoding of a field with their hyper-parameters, as `config.json` has them. */
export function networkConfig(values: TrainingValues, { layers }: FieldDescription): Record<string, unknown> {
  const { activation, encoding } = networkChoice(values);
  const [applied] = layers.flatMap((layer) => isEncoding(layer) ? [] : [layer.activation]);
  const [encoded] = layers.flatMap((layer) => isEncoding(layer) ? [layer.encoding] : []);
  return {
    activation: { name: activation, ...applied?.options },
    encoding: { name: encoding, ...encoded?.options },
  };
}

/**
 * Makes something of hyper-parameters that options give.
 *
 * @throws {OptionError} If one of them is refused.
 */
export function withOptions<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof HyperparameterError)) throw error;
    const { owner, hyperparameter, mistake } = error;
    if (!OPTIONS.has(hyperparameter)) throw error;
    throw new OptionError(
      hyperparameter,
      (place, spelled) => `${place} of ${owner}: ${spelledNames(mistake, HYPERPARAMETERS, spelled)}.`,
    );
  }
}

/**
 * Checks that the chosen activation and encoding have the hyper-parameters that were given.
 *
 * @throws {OptionError} If one does not; the message names the first.
 */
export function checkFieldOptions(values: TrainingValues): void {
  const { activation, encoding } = networkChoice(values);
  refuse(values, ofActivations, `the activation ${activation}`);
  refuse(values, ofEncodings, `the encoding ${encoding}`);
}

/**
 * Checks that the chosen optimizer has the hyper-parameters that were given.
 *
 * @throws {OptionError} If it does not; the message names the first.
 */
export function checkOptimizerOptions(values: TrainingValues): void {
  refuse(values, ofOptimizers, `the optimizer ${values.optimizer}`);
}

/**
 * Checks that the chosen schedule has the hyper-parameters that were given, and can have their values.
 *
 * @throws {OptionError} If it does not; the message names the first.
 */
export function checkScheduleOptions(values: TrainingValues): void {
  const { then } = scheduleOptions(values);
  refuse(values, ofSchedules, `the schedule ${values.schedule}${then === undefined ? "" : `, then ${then},`}`);
  withOptions(() => scheduleOver(values.schedule!, 1, scheduleOptions(values)));
}

/**
 * Checks that the chosen objective has the hyper-parameters that were given.
 *
 * @throws {OptionError} If it does not; the message names the first.
 */
export function checkObjectiveOptions(values: TrainingValues): void {
  refuse(values, ofObjectives, `the objective ${values.objective}`);
}

function refuse(values: TrainingValues, names: readonly string[], owner: string): void {
  const known = knownHyperparameters(values);
  const unknown = Object.keys(pick(values, names)).find((name) => !known.has(name));
  if (unknown === undefined) return;
  const owners = [...activationKinds, ...encodingKinds, ...optimizerKinds, ...scheduleKinds, ...objectiveKinds]
    .filter(({ hyperparameters }) => Object.hasOwn(hyperparameters, unknown)).map(({ name }) => name);
  throw new OptionError(unknown, (place) => {
    return `${place}: ${owner} has no such hyper-parameter; it belongs to ${owners.join(", ")}.`;
  });
}

function namesIn(owners: readonly Owner[]): string[] {
  return [...new Set(owners.flatMap(({ hyperparameters }) => Object.keys(hyperparameters)))];
}

/** Those of the values that were given, by name. Their options are made from declarations, so that no type knows them. */
function pick(values: TrainingValues, names: readonly string[]): Given {
  const given = values as unknown as Given;
  return Object.fromEntries(names.flatMap((name) => given[name] === undefined ? [] : [[name, given[name]]]));
}
