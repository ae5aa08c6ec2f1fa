import { OPTIONS } from "./arguments.ts";
import { HyperparameterError } from "./hyperparameter_error.ts";
import { checkMember } from "./members.ts";
import { rangeMistake, type RangeOf } from "./range.ts";

/** What a hyper-parameter may be: a number, a pair of numbers, a word, or true or false. */
export type HyperparameterValue = number | string | boolean | readonly number[];

/** A default that depends on hyper-parameters declared before. */
export interface DerivedDefault<T> {
  /** How the documentation shows it, such as "0.1 × learningRate". */
  readonly text: string;
  /** Computes it from the hyper-parameters declared before, resolved. */
  readonly from: (resolved: Readonly<Record<string, HyperparameterValue>>) => T;
}

/** One hyper-parameter. Checks, command-line options, help texts and tables in the documentation all come from this. */
export interface Hyperparameter<T> {
  /** What it may be. */
  readonly range: RangeOf<T>;
  /** What it is where nothing is given; undefined if it has to be given. */
  readonly default: T | DerivedDefault<T> | undefined;
  /** What it is, in a few words without a full stop. */
  readonly doc: string;
}

/** The declaration of all options of a type, by name: one that is missing, or has another type, does not compile. */
export type Hyperparameters<Options> = {
  readonly [Name in keyof Options]-?: Hyperparameter<Exclude<Options[Name], undefined>>;
};

/** A hyper-parameter of any type. */
export type AnyHyperparameter =
  | Hyperparameter<number>
  | Hyperparameter<readonly number[]>
  | Hyperparameter<string>
  | Hyperparameter<boolean>;

/** Hyper-parameters of any owner, by name. */
export type AnyHyperparameters = Readonly<Record<string, AnyHyperparameter>>;

/**
 * Fills in defaults and checks every value.
 *
 * @param owner Whose hyper-parameters they are; it stands at the beginning of every error.
 * @param declared The declaration.
 * @param given What was given. A value that is undefined counts as left out.
 * @returns Every hyper-parameter, in the order of the declaration.
 * @throws {RangeError} If an option is not declared.
 * @throws {HyperparameterError} If a value is out of its range.
 *
 * @example
 * ```ts
 * const declared: Hyperparameters<{ rate?: number }> = { rate: { range: POSITIVE, default: 0.1, doc: "Step size" } };
 * resolveHyperparameters("mine", declared, {}); // { rate: 0.1 }
 * resolveHyperparameters("mine", declared, { rate: 0 }); // HyperparameterError: mine: rate: expected a number > 0, found 0.
 * ```
 */
export function resolveHyperparameters<Options extends object>(
  owner: string,
  declared: Hyperparameters<Options>,
  given: Options,
): Required<Options> {
  checkMember(owner, given, OPTIONS);
  const known = declared as AnyHyperparameters;
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) {
    const names = Object.keys(known);
    const others = names.length > 0 ? `only ${names.join(", ")}` : "none";
    throw new RangeError(`${owner}: there is no option ${unknown}, ${others}.`);
  }
  const resolved: Record<string, HyperparameterValue> = {};
  for (const [name, { range, default: usual }] of Object.entries(known)) {
    const found = (given as Record<string, unknown>)[name];
    const value = found !== undefined ? found : defaultFrom(usual, resolved);
    const mistake = rangeMistake(value, range);
    if (mistake !== undefined) throw new HyperparameterError(owner, name, mistake);
    resolved[name] = value as HyperparameterValue;
  }
  return resolved as Required<Options>;
}

/** The declarations with other defaults for some. */
export function withDefaults<Options>(
  declared: Hyperparameters<Options>,
  defaults: Partial<Options>,
): Hyperparameters<Options> {
  const changed = Object.entries(defaults).map(([name, value]) => {
    return [name, { ...declared[name as keyof Options], default: value }];
  });
  return { ...declared, ...Object.fromEntries(changed) };
}

/** A default as text, for help texts and tables. */
export function defaultText({ default: usual }: AnyHyperparameter): string {
  if (usual === undefined) return "none";
  return isDerivedDefault(usual) ? usual.text : String(usual);
}

/** A default, given the values of the hyper-parameters declared before. */
export function defaultFrom<T>(
  usual: T | DerivedDefault<T> | undefined,
  resolved: Readonly<Record<string, HyperparameterValue>>,
): T | undefined {
  return isDerivedDefault(usual) ? usual.from(resolved) : usual;
}

/** Whether a default depends on other hyper-parameters. */
export function isDerivedDefault<T>(value: T | DerivedDefault<T> | undefined): value is DerivedDefault<T> {
  return typeof value === "object" && value !== null && "from" in value;
}
