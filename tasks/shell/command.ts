/** What all options of a command have. */
interface OptionBase {
  /** As typed, without dashes: "batch-size". The parsed value is called `batchSize`. */
  readonly name: string;
  /** What it does, without a full stop; kind, range and default are added. */
  readonly help: string;
  /** Heading in the help text; "Options" by default. */
  readonly group?: string;
  /** Stands for the value in the help text. */
  readonly placeholder?: string;
  /** What happens without the option, where no single value can tell. */
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
}

/** An option with any text as its value. */
export interface StringOption extends OptionBase {
  readonly kind: "string";
  readonly default?: string;
}

/** An option with a number as its value. */
export interface NumberOption extends OptionBase, Bounds {
  readonly kind: "number" | "integer";
  readonly default?: number;
}

/** An option with one of a few words as its value. */
export interface ChoiceOption extends OptionBase {
  readonly kind: "choice";
  readonly choices: readonly string[];
  readonly default?: string;
}

/** An option that is switched on with `--name` and off with `--no-name`. */
export interface BooleanOption extends OptionBase {
  readonly kind: "boolean";
  readonly default?: boolean;
}

/** An option that is off unless `--name` is given. */
export interface FlagOption extends OptionBase {
  readonly kind: "flag";
}

/** One option of a command. */
export type Option = StringOption | NumberOption | ChoiceOption | BooleanOption | FlagOption;

/** One argument that stands on its own, by its place. Required ones come first. */
export interface Positional {
  /** Name in the help text and of the parsed value. */
  readonly name: string;
  /** What it is, without a full stop. */
  readonly help: string;
  /** Whether the command refuses to run without it. */
  readonly required?: boolean;
  /** What happens without it. */
  readonly defaultText?: string;
}

/** A command: what its arguments are and how its help text reads. */
export interface Command {
  /** As typed: "deno task image". */
  readonly usage: string;
  /** What it does, in a sentence or two. */
  readonly summary: string;
  readonly positionals?: readonly Positional[];
  readonly options: readonly Option[];
  /** Complete command lines. */
  readonly examples?: readonly string[];
}

/**
 * A command as TypeScript should see it, with all names and choices literal.
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
export type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

type OptionValue<O> = O extends { kind: "flag" | "boolean" } ? boolean
  : O extends { kind: "number" | "integer" } ? number
  : O extends { kind: "choice"; choices: readonly (infer C)[] } ? C
  : string;

type Absent<O> = O extends { kind: "flag" } | { default: unknown } | { required: true } ? never : undefined;

type PositionalOf<C extends Command> = C["positionals"] extends readonly Positional[] ? C["positionals"][number]
  : never;

/** The values of a command's options and positionals; those without a default may be undefined. */
export type Values<C extends Command> =
  & { [O in C["options"][number] as CamelCase<O["name"]>]: OptionValue<O> | Absent<O> }
  & { [P in PositionalOf<C> as CamelCase<P["name"]>]: string | Absent<P> };

/** "batch-size" → "batchSize". */
export function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** "batchSize" → "--batch-size". */
export function optionSpelling(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
