/** The properties that all options of a command have. */
interface OptionBase {
  /** The name as it is typed, without the leading dashes: "batch-size". The parsed value is called `batchSize`. */
  readonly name: string;
  /** A shorter name that is accepted too. */
  readonly short?: string;
  /** What the option does, without a full stop at the end. The help text adds kind, range and default. */
  readonly help: string;
  /** The heading in the help text under which the option is listed; "Options" by default. */
  readonly group?: string;
  /** The word that stands for the value in the help text. */
  readonly placeholder?: string;
  /** Describes what happens without the option, if no single default value does. */
  readonly defaultText?: string;
}

/** Bounds of a number; each may be left out. */
export interface Bounds {
  /** Smallest value allowed. */
  readonly min?: number;
  /** Largest value allowed. */
  readonly max?: number;
  /** All values allowed are larger. */
  readonly exclusiveMin?: number;
  /** All values allowed are smaller. */
  readonly exclusiveMax?: number;
  /** All values allowed are multiples of this. */
  readonly multipleOf?: number;
}

/** An option with any text as its value. */
interface StringOption extends OptionBase {
  readonly kind: "string";
  readonly default?: string;
}

/** An option with a number as its value. */
export interface NumberOption extends OptionBase, Bounds {
  readonly kind: "number" | "integer";
  readonly default?: number;
}

/** An option with two numbers as its value, separated by a comma. The bounds hold for each. */
export interface PairOption extends OptionBase, Bounds {
  readonly kind: "pair";
  readonly default?: readonly [number, number];
}

/** An option with one of a few words as its value. */
export interface ChoiceOption extends OptionBase {
  readonly kind: "choice";
  readonly choices: readonly string[];
  /** Other words that are accepted, each with the choice that it means. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Words for things that exist but are not among the choices, each with the sentence about it, without the full stop. */
  readonly unfit?: Readonly<Record<string, string>>;
  readonly default?: string;
}

/** An option that is switched on with `--name` and off with `--no-name`. */
interface BooleanOption extends OptionBase {
  readonly kind: "boolean";
  readonly default?: boolean;
}

/** An option that is off unless `--name` is given. */
interface FlagOption extends OptionBase {
  readonly kind: "flag";
}

/** One option of a command. */
export type Option = StringOption | NumberOption | PairOption | ChoiceOption | BooleanOption | FlagOption;

/** A positional argument. Required ones come first. */
export interface Positional {
  /** The name in the help text and of the parsed value. */
  readonly name: string;
  /** What the argument is, without a full stop at the end. */
  readonly help: string;
  /** Whether leaving the argument out is an error. */
  readonly required?: boolean;
  /** Describes what happens without the argument. */
  readonly defaultText?: string;
}

/** A command: its arguments and the texts of its help. */
export interface Command {
  /** How the command is typed: "deno task image". */
  readonly usage: string;
  /** What the command does, in a sentence or two. */
  readonly summary: string;
  readonly positionals?: readonly Positional[];
  readonly options: readonly Option[];
  /** Examples: complete command lines. */
  readonly examples?: readonly string[];
}

/**
 * Returns its argument, typed so that all names and choices keep their literal types.
 *
 * @example
 * ```ts
 * const command = defineCommand({
 *   usage: "deno task image",
 *   summary: "Trains a field on a picture.",
 *   positionals: [{ name: "picture", help: "PNG file" }],
 *   options: [
 *     { name: "epochs", kind: "integer", min: 1, default: 100, help: "Passes over all pixels" },
 *     { name: "optimizer", kind: "choice", choices: ["adam", "esgd"], default: "esgd", help: "Update rule" },
 *   ],
 * });
 * const { values } = parseOptions(Deno.args, command); // { picture?: string, epochs: number, optimizer: "adam" | "esgd" }
 * ```
 */
export function defineCommand<const C extends Command>(command: C): C {
  return command;
}

/** "batch-size" → "batchSize". */
type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

type OptionValue<O> = O extends { kind: "flag" | "boolean" } ? boolean
  : O extends { kind: "number" | "integer" } ? number
  : O extends { kind: "pair" } ? readonly [number, number]
  : O extends { kind: "choice"; choices: readonly (infer C)[] } ? C
  : string;

type Absent<O> = O extends { kind: "flag" } | { default: unknown } | { required: true } ? never : undefined;

type PositionalOf<C extends Command> = C["positionals"] extends readonly Positional[] ? C["positionals"][number]
  : never;

/** The name of an option's value, unless its type is any string: such options are made while the program runs. */
type ValueName<O extends Option> = string extends O["name"] ? never : CamelCase<O["name"]>;

/**
 * The values of a command's options and positionals; those without a default may be undefined. Options whose names are known only
 * when the program runs have values too, but not in this type.
 */
export type Values<C extends Command> =
  & { [O in C["options"][number] as ValueName<O>]: OptionValue<O> | Absent<O> }
  & { [P in PositionalOf<C> as CamelCase<P["name"]>]: string | Absent<P> };

/** The name of the option that a word names, which may be its shorter name; the word itself if there is none. */
export function fullName(options: readonly Option[], word: string): string {
  return options.find(({ name, short }) => name === word || short === word)?.name ?? word;
}

/** "batch-size" → "batchSize". */
export function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** "batchSize" → "--batch-size". */
export function optionSpelling(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
