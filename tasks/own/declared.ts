import { activationKinds } from "../../lib/field/activation/registry.ts";
import { encodingKinds } from "../../lib/field/encoding/registry.ts";
import type {
  AnyHyperparameter,
  AnyHyperparameters,
  HyperparameterValue,
} from "../../lib/hyperparameter/hyperparameter.ts";
import type { ValueRange } from "../../lib/hyperparameter/range.ts";
import { objectiveKinds } from "../../lib/objective/registry.ts";
import { optimizerKinds } from "../../lib/optim/registry.ts";
import { scheduleKinds } from "../../lib/train/schedule_registry.ts";
import { UserError } from "../shell/user_error.ts";
import type { OwnOption } from "./own_files.ts";

/** What the library declares, by where it belongs: the command line has an option for each name in each group. */
const GROUPS = {
  optimizer: optimizerKinds,
  activation: [...activationKinds, ...encodingKinds],
  schedule: scheduleKinds,
  objective: objectiveKinds,
};

const WORDS: Readonly<Record<ValueRange["type"], string>> = {
  number: "a number",
  pair: "a pair of numbers",
  word: "a word",
  flag: "true or false",
};

/**
 * The hyper-parameters of a definition that declares none: its options, with their values as defaults. Texts cannot be set.
 *
 * @param name The definition's name.
 */
export function declaredBy(
  option: OwnOption,
  name: string,
  options: Readonly<Record<string, HyperparameterValue>>,
): AnyHyperparameters {
  const declared = Object.entries(options).flatMap(([key, usual]): [string, AnyHyperparameter][] => {
    const range = rangeOf(usual);
    const doc = kindWith(GROUPS[option], key)?.hyperparameters[key].doc ?? `Option ${key} of ${name}`;
    return range === undefined ? [] : [[key, { range, default: usual, doc } as AnyHyperparameter]];
  });
  return Object.fromEntries(declared);
}

/** The first of the library's that has a hyper-parameter of this name. */
function kindWith(kinds: (typeof GROUPS)[keyof typeof GROUPS], name: string) {
  return kinds.find(({ hyperparameters }) => Object.hasOwn(hyperparameters, name));
}

function rangeOf(usual: HyperparameterValue): ValueRange | undefined {
  if (typeof usual === "boolean") return { type: "flag" };
  if (typeof usual === "number") return { type: "number" };
  if (Array.isArray(usual) && usual.length === 2) return { type: "pair", each: { type: "number" } };
}

/**
 * Checks that the command line can have an option for each hyper-parameter.
 *
 * @param where The file, for messages.
 * @throws {UserError} If a name is none for an option, or another thing has a hyper-parameter of this name that is something else.
 */
export function checkDeclared(where: string, option: OwnOption, declared: AnyHyperparameters): void {
  for (const [name, { range }] of Object.entries(declared)) {
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
      throw new UserError(
        `${where}: expected hyper-parameters with names such as weightDecay, found ${JSON.stringify(name)}.`,
      );
    }
    for (const [group, kinds] of Object.entries(GROUPS)) {
      const other = kindWith(kinds, name);
      if (other === undefined) continue;
      const { range: { type } }: AnyHyperparameter = other.hyperparameters[name];
      if (group === option && type === range.type) continue;
      throw new UserError(
        `${where}: ${name}: expected ${
          group === option ? WORDS[type] : "another name"
        }, because ${other.name} has a hyper-parameter of this ` +
          `name, found ${group === option ? WORDS[range.type] : "this one"}.`,
      );
    }
  }
}
