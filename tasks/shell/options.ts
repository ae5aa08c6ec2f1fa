import { parseArgs } from "../../lib/std/cli/mod.ts";
import {
  camelCase,
  type ChoiceOption,
  type Command,
  type NumberOption,
  type Option,
  type PairOption,
  type Values,
} from "./command.ts";
import { expectation, formatHelp, HelpRequest } from "./help.ts";
import { nearestName } from "../../lib/hyperparameter/nearest_name.ts";
import { anything, checkShape, optional, record, shown, text as anyText } from "./shape.ts";
import { type FileOptions, placeInFile } from "./option_error.ts";
import { UserError } from "./user_error.ts";

/** The parsed and checked arguments of a command. */
interface ParsedOptions<C extends Command> {
  /** The value of every option and positional argument by its name in camelCase; its default if it was not given. */
  values: Values<C>;
  /** The names of those that were on the command line, which lets a resumed run tell given values from defaults. */
  given: ReadonlySet<keyof Values<C> & string>;
}

/**
 * Parses and checks a command line.
 *
 * @throws {UserError} If an option is unknown, given twice, lacks its value, or has a value of the wrong kind or out of range, or if
 * positional arguments are missing or too many.
 * @throws {HelpRequest} If `--help` is among the arguments.
 */
export function parseOptions<C extends Command>(args: readonly string[], command: C): ParsedOptions<C> {
  const options = new Map(
    command.options.flatMap((option) =>
      [option.name, option.short].filter((name) => name !== undefined).map((name) => [name, option] as const)
    ),
  );
  checkDistinct(command.options);
  const words = spellOut(args, options);
  if (words.help) throw new HelpRequest(formatHelp(command));
  const names = command.options.map(({ name }) => name);
  // Every option is read as a list of strings, so that a repeated option is noticed and all checks are made here.
  const parsed = parseArgs(words.args, {
    string: [...names, "_"],
    collect: names,
    unknown: (arg: string, key?: string) => {
      if (key !== undefined) throw unknownOption(arg, names);
    },
  }) as unknown as Record<string, string[]>;

  const values: Record<string, unknown> = {};
  const given = new Set<string>();
  for (const option of command.options) {
    const texts = parsed[option.name] ?? [];
    if (texts.length > 1) throw new UserError(`--${option.name} is given twice (${texts.join(", ")}): give it once.`);
    values[camelCase(option.name)] = texts.length === 1 ? typedValue(option, texts[0]) : defaultOf(option);
    if (texts.length === 1) given.add(camelCase(option.name));
  }
  const { positionals = [] } = command;
  if (parsed._.length > positionals.length) throw tooMany(parsed._, positionals.map(({ name }) => name));
  positionals.forEach(({ name, help, required }, i) => {
    if (required && parsed._[i] === undefined) {
      throw new UserError(`The argument ${name} is missing: expected ${lowerFirst(help)}.`);
    }
    values[camelCase(name)] = parsed._[i];
    if (parsed._[i] !== undefined) given.add(camelCase(name));
  });
  return { values, given } as unknown as ParsedOptions<C>;
}

/** Checks that no two options have one name, as a hyper-parameter that a user declares could have that of another option. */
function checkDistinct(options: readonly Option[]): void {
  const names = options.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return;
  throw new UserError(
    `--${twice}: expected one option of this name, found two: give your own hyper-parameter another name.`,
  );
}

/**
 * Reads the values of a command's options from a run's configuration. Options that it lacks get their defaults.
 *
 * @param stored The stored values, by name in camelCase.
 * @param from Where they stand, for error messages.
 * @throws {UserError} If a value is not valid for its option.
 */
export function storedValues<C extends Command>(stored: unknown, command: C, from: FileOptions): Values<C> {
  const found = checkShape(stored, record(anything()), [from.file, from.key].filter(Boolean).join(", "));
  const values: Record<string, unknown> = {};
  for (const option of command.options) {
    const value = Object.hasOwn(found, camelCase(option.name)) ? found[camelCase(option.name)] : undefined;
    values[camelCase(option.name)] = value === undefined ? defaultOf(option) : storedValue(option, value, from);
  }
  for (const { name, required } of command.positionals ?? []) {
    const value = Object.hasOwn(found, camelCase(name)) ? found[camelCase(name)] : undefined;
    values[camelCase(name)] = checkShape(value, required ? anyText() : optional(anyText()), placeInFile(from, name));
  }
  return values as Values<C>;
}

/** Checks a stored value of an option. It has the type of a parsed value, which is a list for a pair. */
function storedValue(option: Option, value: unknown, from: FileOptions): unknown {
  const isFlag = option.kind === "flag" || option.kind === "boolean";
  const isNumber = option.kind === "number" || option.kind === "integer";
  // The name "NaN" is read as the number, because that is how numbers that are not finite are stored.
  const isWord = typeof value === "string" || typeof value === "number" && !Number.isFinite(value);
  const right = option.kind === "pair"
    ? Array.isArray(value) && value.every((each) => typeof each === "number")
    : isFlag
    ? typeof value === "boolean"
    : isNumber
    ? typeof value === "number"
    : isWord;
  const read = right ? readValue(option, String(value)) : undefined;
  if (read === undefined) throw new UserError(mistake(option, placeInFile(from, camelCase(option.name)), shown(value)));
  return read;
}

/**
 * Rewrites arguments to `--name=value` where `parseArgs` would misread them: `--x` and `--no-x` for options without a value, and
 * values that start with a minus sign.
 */
function spellOut(args: readonly string[], options: Map<string, Option>): { args: string[]; help: boolean } {
  const result: string[] = [];
  // `deno task image -- --epochs 5`, as one types it with npm, passes the `--` on to the task.
  const words = args[0] === "--" ? args.slice(1) : args;
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === "--") return { args: [...result, ...words.slice(i)], help: false };
    if (word === "--help" || word === "-h") return { args: [], help: true };
    const [, name, equals, text] = word.match(/^--([^=]+)(=?)(.*)$/s) ?? [];
    const option = options.get(name ?? "");
    const negated = name?.startsWith("no-") ? options.get(name.slice(3)) : undefined;
    if (negated?.kind === "boolean") {
      if (equals) throw new UserError(`--${name} takes no value, found "${text}".`);
      result.push(`--${negated.name}=false`);
    } else if (!option) {
      result.push(word);
    } else if (equals) {
      if (text === "") throw missingValue(option);
      result.push(`--${option.name}=${text}`);
    } else if (option.kind === "flag" || option.kind === "boolean") {
      result.push(`--${option.name}=true`);
    } else {
      const next = words[i + 1];
      if (next === undefined || next === "" || /^-+[^\d.-]/.test(next) || next === "--") throw missingValue(option);
      result.push(`--${option.name}=${next}`);
      i++;
    }
  }
  return { args: result, help: false };
}

function defaultOf(option: Option): unknown {
  return option.kind === "flag" ? false : option.default;
}

/** The value of an option on the command line. */
function typedValue(option: Option, text: string): unknown {
  const value = readValue(option, text);
  if (value !== undefined) return value;
  const meant = option.kind === "choice" ? nearestName(text, option.choices) : undefined;
  throw new UserError(mistake(option, `--${option.name}`, `"${text}"`, meant));
}

/** The value that a text stands for; undefined if it stands for none of the option's. */
function readValue(option: Option, text: string): unknown {
  switch (option.kind) {
    case "string":
      return text;
    case "choice":
      return chosen(option, text);
    case "flag":
    case "boolean":
      if (text === "true" || text === "false") return text === "true";
      break;
    case "pair": {
      const numbers = text.split(",").map((part) => readNumber(option, part.trim()));
      if (numbers.length === 2 && !numbers.includes(undefined)) return numbers;
      break;
    }
    case "number":
    case "integer":
      return readNumber(option, text);
  }
}

/**
 * The choice of a command's option that a text stands for, however it is spelled; undefined if there is none.
 *
 * @param name The option's name in camelCase.
 */
export function choiceNamed({ options }: Command, name: string, text: string): string | undefined {
  const option = options.find((each) => camelCase(each.name) === name);
  return option?.kind === "choice" ? chosen(option, text) : undefined;
}

/** The choice that a text stands for: in any case, and with or without hyphens, if there is only one such choice. */
function chosen({ choices, aliases = {} }: ChoiceOption, text: string): string | undefined {
  if (choices.includes(text)) return text;
  if (Object.hasOwn(aliases, text)) return aliases[text];
  const meant = [...choices, ...Object.keys(aliases)].filter((word) => folded(word) === folded(text));
  return meant.length === 1 ? aliases[meant[0]] ?? meant[0] : undefined;
}

/** A word without its case, hyphens and underscores, which do not tell choices apart. */
export function folded(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, "");
}

/** The sentence about a value that is none of an option's; `place` is where it stands, `found` its text, in quotation marks. */
function mistake(option: Option, place: string, found: string, meant?: string): string {
  const { unfit = {} } = option.kind === "choice" ? option : {};
  const word = found.replaceAll('"', "");
  if (Object.hasOwn(unfit, word)) return `${place}: ${unfit[word]}.`;
  const hint = meant === undefined ? "." : `; did you mean ${meant}?`;
  return `${place}: expected ${expectation(option)}, found ${found}${hint}`;
}

/** The number that a text stands for; undefined if it stands for none within the option's bounds. */
function readNumber(option: NumberOption | PairOption, text: string): number | undefined {
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
  const { min = -Infinity, max = Infinity, exclusiveMin = -Infinity, exclusiveMax = Infinity } = option;
  const right = option.kind === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value);
  const isMultiple = option.multipleOf === undefined || value % option.multipleOf === 0;
  return right && isMultiple && value >= min && value <= max && value > exclusiveMin && value < exclusiveMax
    ? value
    : undefined;
}

function missingValue(option: Option): UserError {
  return new UserError(`--${option.name} needs a value: expected ${expectation(option)}, found none.`);
}

function unknownOption(arg: string, names: string[]): UserError {
  const [spelled] = arg.split("=");
  const word = spelled.replace(/^-+/, "");
  const negated = word.startsWith("no-") ? word.slice(3) : undefined;
  const meant = nearestName(word, names) ?? (negated && nearestName(negated, names));
  return new UserError(
    `Unknown option ${spelled}: ${meant ? `did you mean --${meant}?` : "--help lists all options."}`,
  );
}

function tooMany(found: string[], names: string[]): UserError {
  const most = names.length === 0 ? "no argument" : `at most ${names.length} (${names.join(", ")})`;
  return new UserError(`Too many arguments: expected ${most}, but also found "${found[names.length]}".`);
}

/** Begins a text with a small letter, unless its first word is an abbreviation such as PNG. */
function lowerFirst(text: string): string {
  return text.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase());
}
