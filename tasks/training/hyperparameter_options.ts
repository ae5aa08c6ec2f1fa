import {
  type AnyHyperparameter,
  type AnyHyperparameters,
  defaultText,
  type HyperparameterValue,
} from "../../lib/hyperparameter/hyperparameter.ts";
import type { NumberRange, ValueRange } from "../../lib/hyperparameter/range.ts";
import type { Bounds, Option } from "../shell/command.ts";
import { optionSpelling } from "../shell/command.ts";

/** An activation, an encoding or an optimizer, with its hyper-parameters. */
export interface Owner {
  readonly name: string;
  readonly hyperparameters: AnyHyperparameters;
}

/** A hyper-parameter of one owner. */
interface Owned {
  readonly owner: string;
  readonly declared: AnyHyperparameter;
  readonly usual: string;
}

/**
 * Makes the command-line options of hyper-parameters: one for each name, however many owners have it.
 *
 * @param owners All that the command line lets one choose among.
 * @param options.except Names that have an option of their own.
 * @param options.group The heading in the help text.
 * @param options.usual What a task sets a hyper-parameter to by default, as text; undefined where it leaves the declared default.
 */
export function hyperparameterOptions(owners: readonly Owner[], options: {
  readonly except?: readonly string[];
  readonly group?: string;
  readonly usual?: (owner: string, name: string) => string | undefined;
} = {}): Option[] {
  const { except = [], group, usual = () => undefined } = options;
  const byName = new Map<string, Owned[]>();
  for (const { name: owner, hyperparameters } of owners) {
    for (const [name, declared] of Object.entries(hyperparameters)) {
      if (except.includes(name)) continue;
      const owned = { owner, declared, usual: usual(owner, name) ?? usualText(declared) };
      byName.set(name, [...byName.get(name) ?? [], owned]);
    }
  }
  return [...byName].map(([name, owned]) => {
    const isShared = owned.length === owners.length;
    return {
      name: optionSpelling(name).slice(2),
      help: helpText(owned, isShared, new Set(byName.keys())),
      defaultText: defaultsText(owned),
      group,
      ...valueOf(owned.map(({ declared }) => declared.range)),
    } as Option;
  });
}

/** Names of several words, as hyper-parameters are declared. */
const CAMEL_CASE = /\b[a-z]+(?:[A-Z][a-z]*)+\b/g;

/** A declared default as the help texts show it. */
export function usualText(declared: AnyHyperparameter): string {
  if (typeof declared.default === "boolean") return valueText(declared.default);
  // Hyper-parameters that a default is made from are named as the command line spells them.
  return defaultText(declared).replaceAll(CAMEL_CASE, (name) => optionSpelling(name).slice("--".length));
}

/** A value as the help texts show it: true is "on", and false is "off". */
export function valueText(value: HyperparameterValue): string {
  return typeof value === "boolean" ? (value ? "on" : "off") : String(value);
}

/** What it is; where that differs, or not all have it, the owners' names stand behind it. */
function helpText(owned: readonly Owned[], isShared: boolean, names: ReadonlySet<string>): string {
  const docs = [...Map.groupBy(owned, ({ declared }) => spelledNames(declared.doc, names))];
  if (docs.length === 1 && isShared) return docs[0][0];
  const text = docs.map(([doc, those]) => `${doc[0].toLowerCase()}${doc.slice(1)} [${namesOf(those)}]`).join("; ");
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}

/** A text with its hyper-parameters of several words as the command line spells them. */
export function spelledNames(text: string, names: ReadonlySet<string>, spelling = optionSpelling): string {
  return text.replaceAll(CAMEL_CASE, (name) => names.has(name) ? spelling(name) : name);
}

/** "0; adamW: 0.01": the default of most without their names if it is that of more than half. */
function defaultsText(owned: readonly Owned[]): string {
  const groups = [...Map.groupBy(owned, ({ usual }) => usual)].toSorted(([, a], [, b]) => b.length - a.length);
  return groups.map(([usual, those]) => those.length > owned.length / 2 ? usual : `${namesOf(those)}: ${usual}`)
    .join("; ");
}

function namesOf(owned: readonly Owned[]): string {
  return owned.map(({ owner }) => owner).join(", ");
}

/** The kind of option for values of these ranges, which are of one type. A bound is kept if all have it; the rest owners check. */
function valueOf(ranges: readonly ValueRange[]): Record<string, unknown> {
  const [first] = ranges;
  switch (first.type) {
    case "flag":
      return { kind: "boolean" };
    case "word":
      return {
        kind: "choice",
        choices: [...new Set(ranges.flatMap((range) => range.type === "word" ? range.words : []))],
        aliases: Object.assign({}, ...ranges.map((range) => range.type === "word" ? range.aliases : {})),
      };
    case "pair":
      return { kind: "pair", ...commonBounds(ranges.flatMap((range) => range.type === "pair" ? [range.each] : [])) };
    case "number": {
      const numbers = ranges.filter((range): range is NumberRange => range.type === "number");
      const kind = numbers.every(({ whole }) => whole) ? "integer" : "number";
      return { kind, ...commonBounds(numbers) };
    }
  }
}

function commonBounds(ranges: readonly NumberRange[]): Bounds {
  const common = (bound: keyof Bounds) => {
    return ranges.every((range) => range[bound] === ranges[0][bound]) ? ranges[0][bound] : undefined;
  };
  return {
    min: common("min"),
    max: common("max"),
    exclusiveMin: common("exclusiveMin"),
    exclusiveMax: common("exclusiveMax"),
    multipleOf: common("multipleOf"),
  };
}
