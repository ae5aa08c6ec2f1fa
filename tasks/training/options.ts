import {
  type DerivedDefault,
  type HyperparameterValue,
  isDerivedDefault,
} from "../../lib/hyperparameter/hyperparameter.ts";
import { activationKinds } from "../../lib/field/activation/registry.ts";
import { encodingKinds } from "../../lib/field/encoding/registry.ts";
import type { ObjectiveKind } from "../../lib/objective/kind.ts";
import { objectiveKinds } from "../../lib/objective/registry.ts";
import { clipNormHyperparameter } from "../../lib/optim/clip_gradient.ts";
import { optimizerKinds, optimizerNames } from "../../lib/optim/registry.ts";
import { scheduleKinds } from "../../lib/train/schedule_registry.ts";
import { ownFilesRecord } from "../own/own_files.ts";
import type { Option, Values } from "../shell/command.ts";
import { hyperparameterOptions, usualText, valueText } from "./hyperparameter_options.ts";
import { SHORTHANDS } from "./network_choice.ts";
import { isByActivation, optimizerDefaults } from "./optimizer_defaults.ts";
import { RUN_OPTIONS } from "./run_options.ts";

/** Activations that a network of several layers can have: all but the identity, which would make it linear. */
export const HIDDEN_ACTIVATIONS = activationKinds.filter(({ make }) => make().text !== undefined);

const shorthandText = Object.entries(SHORTHANDS).map(([name, { activation, encoding }]) => {
  return `${name} stands for --activation ${activation} --encoding ${encoding}`;
}).join("; ");

/** Options that choose the activation and the encoding of a field. */
export const ACTIVATION_OPTIONS = [
  {
    name: "activation",
    kind: "choice",
    choices: [...HIDDEN_ACTIVATIONS.map(({ name }) => name), ...Object.keys(SHORTHANDS)] as readonly string[],
    aliases: aliasesOf(HIDDEN_ACTIVATIONS),
    default: "gaussian",
    help:
      `Nonlinearity of the hidden layers, or a file with one of your own, such as ./finer.ts (docs/extending.md); ${shorthandText}`,
  },
  {
    name: "encoding",
    kind: "choice",
    choices: ["none", ...encodingKinds.map(({ name }) => name)] as readonly string[],
    help: "Encoding of the coordinates in front of the first layer",
    defaultText: "none; with --activation relu-pe positional",
  },
] as const;

/** Options that choose a network whose hidden layers have one width. */
export const NETWORK_OPTIONS = [
  ...ACTIVATION_OPTIONS,
  { name: "layers", kind: "integer", min: 1, max: 64, default: 4, help: "Number of hidden layers" },
  { name: "width", kind: "integer", min: 1, max: 4096, default: 256, help: "Units per hidden layer" },
] as const;

/** Hyper-parameters that a task sets unless the command line does, by the names of activations and encodings. */
export type FieldDefaults = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The hyper-parameters of activations and encodings, with a task's defaults. */
function fieldHyperparameters(defaults: FieldDefaults): Option[] {
  return hyperparameterOptions([...HIDDEN_ACTIVATIONS, ...encodingKinds], {
    group: "Options of activations and encodings",
    usual: (owner, name) => defaults[owner]?.[name]?.toString(),
  });
}

/** Options that say how the field is changed in each step. */
export const UPDATE_OPTIONS = [
  {
    name: "learning-rate",
    short: "lr",
    kind: "number",
    exclusiveMin: 0,
    help: "Learning rate, which the schedule multiplies",
    defaultText: "by activation and optimizer",
  },
  {
    name: "clip-norm",
    kind: "number",
    exclusiveMin: 0,
    help: clipNormHyperparameter.doc,
    defaultText: "no limit",
  },
] as const;

/** The hyper-parameters of optimizers other than the learning rate. */
const OPTIMIZER_OPTIONS: readonly Option[] = hyperparameterOptions(optimizerKinds, {
  except: ["learningRate"],
  group: "Options of optimizers (docs/optimizers.md lists them by optimizer)",
  usual: optimizerDefaultText,
});

/** The default of a hyper-parameter in a task: "0.01 (relu: 0.03, --preset paper: 0)". */
function optimizerDefaultText(owner: string, name: string): string {
  const declared = optimizerKinds.find((kind) => kind.name === owner)!.hyperparameters[name];
  const { options, published } = optimizerDefaults;
  const usual = options[owner]?.[name] ?? usualText(declared);
  const { other, ...exceptions }: Record<string, HyperparameterValue> = isByActivation(usual)
    ? usual
    : { other: shown(usual) };
  const paper = published[owner]?.options ?? {};
  if (Object.hasOwn(paper, name)) {
    exceptions["--preset paper"] = valueText(paper[name] as HyperparameterValue ?? usualText(declared));
  }
  const texts = Object.entries(exceptions).map(([where, value]) => `${where}: ${valueText(value)}`);
  return texts.length === 0 ? valueText(other) : `${valueText(other)} (${texts.join(", ")})`;
}

/** A default, or the text of one that is derived. */
function shown(usual: HyperparameterValue | DerivedDefault<HyperparameterValue>): HyperparameterValue {
  return isDerivedDefault(usual) ? usual.text : usual;
}

/** The hyper-parameters of schedules. */
const SCHEDULE_OPTIONS: readonly Option[] = hyperparameterOptions(scheduleKinds, {
  group: "Options of schedules",
});

/** The choice of the optimizer, without its help and its default. */
export const OPTIMIZER_CHOICE = {
  name: "optimizer",
  kind: "choice",
  choices: [...optimizerNames, "auto"] as readonly string[],
  aliases: aliasesOf(optimizerKinds),
} as const;

/** What every task says of the choice. */
export const OPTIMIZER_HELP = "Update rule, or a file with one of your own, such as ./lion.ts (docs/extending.md)";

/** The choice of the schedule, where a task does not have a default of its own. */
export const SCHEDULE_OPTION = {
  name: "schedule",
  kind: "choice",
  choices: scheduleKinds.map(({ name }) => name) as readonly string[],
  aliases: aliasesOf(scheduleKinds),
  help: "How the learning rate changes during the run",
} as const;

/** The choice of the optimizer, where a task does not have a default of its own. */
export const BEST_OPTIMIZER_OPTION = {
  ...OPTIMIZER_CHOICE,
  default: "auto",
  help:
    `${OPTIMIZER_HELP}; auto uses the best settings found in our comparisons for the activation (docs/compare.md): optimizer, learning rate and schedule; with --preset paper it is esgd`,
} as const;

/** What a task takes the outputs of its field for; any if its data may be of both kinds. */
type OutputMeaning = ObjectiveKind["outputs"] | "any";

/** The objectives for fields whose outputs have this meaning. */
function objectivesFor(outputs: OutputMeaning): ObjectiveKind[] {
  return objectiveKinds.filter((kind) => outputs === "any" || kind.outputs === outputs);
}

/** What every task says of the choice of the objective. */
export const OBJECTIVE_HELP =
  "What training minimises, or a file with an objective of your own, such as ./pseudo_huber.ts (docs/extending.md)";

/** The choice of what training minimises, among the objectives for fields whose outputs have this meaning. */
export function objectiveOption(outputs: OutputMeaning, usual: string) {
  const kinds = objectivesFor(outputs);
  return {
    name: "objective",
    kind: "choice",
    choices: kinds.map(({ name }) => name) as readonly string[],
    aliases: aliasesOf(kinds),
    unfit: Object.fromEntries(
      objectiveKinds.filter((kind) => !kinds.includes(kind)).flatMap((kind) =>
        [kind.name, ...kind.aliases ?? []].map((word) => [word, otherOutputs(kind, word, usual)])
      ),
    ),
    default: usual,
    help: OBJECTIVE_HELP,
  } as const;
}

/** The sentence about an objective for fields whose outputs have the other meaning. */
function otherOutputs({ name, outputs }: ObjectiveKind, word: string, usual: string): string {
  const wanted = outputs === "values" ? "logits" : "values";
  const how = ownFilesRecord({ objectives: [name] }).ownFiles === undefined
    ? ""
    : `; an entry made by objectiveKind says what they are (docs/extending.md)`;
  return `expected an objective whose outputs are ${wanted}, such as ${usual}, found "${word}", whose outputs are ${outputs}${how}`;
}

/** All published settings together. */
export const PAPER_OPTION = {
  name: "preset",
  kind: "choice",
  choices: ["paper"],
  help:
    "Use the published settings of the optimizer, with the learning rate of Chng et al. 2025 where it was compared there, and with our own otherwise (README.md)",
} as const;

/**
 * The options that every task lists last: those of the run, and the hyper-parameters of what it can choose.
 *
 * @param defaults The task's defaults of activations and encodings.
 * @param outputs What the task takes the field's outputs for, if it lets one choose the objective.
 */
export function lastOptions(defaults: FieldDefaults, outputs?: OutputMeaning) {
  return [
    ...RUN_OPTIONS,
    ...fieldHyperparameters(defaults),
    ...OPTIMIZER_OPTIONS,
    ...SCHEDULE_OPTIONS,
    ...outputs === undefined ? [] : hyperparameterOptions(objectivesFor(outputs), { group: "Options of objectives" }),
  ] as const;
}

interface SharedOptions {
  readonly usage: string;
  readonly summary: string;
  readonly options: readonly (
    | typeof ACTIVATION_OPTIONS[number]
    | typeof UPDATE_OPTIONS[number]
    | typeof RUN_OPTIONS[number]
  )[];
}

/**
 * The values that every training task has: those of the options above, and those of options whose help or default is the task's own.
 * Hyper-parameters are among them too, by the names in their declarations, but no type lists these.
 */
export type TrainingValues = Values<SharedOptions> & {
  /** The optimizer's name, or `auto`. */
  readonly optimizer: string;
  /** How the learning rate changes during the run. */
  readonly schedule?: string;
  /** The name of many settings together; `paper` stands for the published ones. */
  readonly preset?: string;
  /** The name of what training minimises, if the task lets one choose it. */
  readonly objective?: string;
  /** Passes over all samples. */
  epochs?: number;
  /** Samples per step. */
  readonly batchSize?: number;
};

/** The values of a run with everything filled in that depends on the adapter or on other values. */
export type SettledValues = TrainingValues & Required<Pick<TrainingValues, "schedule" | "batchSize">>;

/** The other names of all owners, each with the name that it stands for. */
export function aliasesOf(owners: readonly { readonly name: string; readonly aliases?: readonly string[] }[]) {
  return Object.fromEntries(owners.flatMap(({ name, aliases = [] }) => aliases.map((alias) => [alias, name])));
}
