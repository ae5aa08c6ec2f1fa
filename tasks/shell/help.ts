import { isAbsolute } from "../../lib/std/path/mod.ts";
import type { Bounds, Command, Option, Positional } from "./command.ts";

/** Thrown when `--help` is among the arguments; its message is the help text. */
export class HelpRequest extends Error {
  constructor(text: string) {
    super(text);
    this.name = "HelpRequest";
  }
}

const width = 100;

/** The text that `--help` shows: usage, every argument and option with its range and default, examples. */
export function formatHelp(command: Command): string {
  const { usage, summary, positionals = [], options, examples = [] } = command;
  const names = positionals.map(({ name, required }) => required ? name : `[${name}]`);
  const sections = [
    wrap(["Usage:", usage, ...names, "[options]"].join(" "), 0),
    wrap(summary, 0),
    ...rows(positionals, options),
  ];
  if (examples.length > 0) sections.push(["Examples:", ...examples.map((line) => `  ${line}`)].join("\n"));
  return sections.join("\n\n");
}

/** One block of aligned rows for each group. */
function rows(positionals: readonly Positional[], options: readonly Option[]): string[] {
  const groups = new Map<string, [left: string, right: string][]>();
  const add = (group: string, left: string, right: string) =>
    groups.set(group, [...groups.get(group) ?? [], [left, right]]);
  for (const positional of positionals) {
    add("Arguments", positional.name, `${positional.help}${positionalNote(positional)}`);
  }
  for (const option of options) add(option.group ?? "Options", spelling(option), `${option.help} (${note(option)})`);
  add(groups.has("Options") || options.length === 0 ? "Options" : "Other", "-h, --help", "Show this text");
  const column = 4 + Math.max(...[...groups.values()].flat().map(([left]) => left.length));
  return [...groups].map(([group, lines]) =>
    [`${group}:`, ...lines.map(([left, right]) => `  ${left}`.padEnd(column) + wrap(right, column))].join("\n")
  );
}

function spelling(option: Option): string {
  if (option.kind === "flag") return `--${option.name}`;
  if (option.kind === "boolean") return `--[no-]${option.name}`;
  return `${option.short === undefined ? "" : `--${option.short}, `}--${option.name} ${
    option.placeholder ?? { string: "TEXT", number: "X", integer: "N", pair: "X,Y", choice: "NAME" }[option.kind]
  }`;
}

function note(option: Option): string {
  if (option.kind === "flag") return `default: ${option.defaultText ?? "off"}`;
  const value = option.default;
  const shown = typeof value === "boolean" ? (value ? "on" : "off") : value === undefined ? "none" : String(value);
  const kind = option.kind === "string" || option.kind === "boolean" ? [] : [expectation(option)];
  const aliases = option.kind === "choice" ? Object.entries(option.aliases ?? {}) : [];
  const typed = aliases.filter(([alias]) => !isAbsolute(alias) || Deno.args.some((word) => word.includes(alias)));
  const accepted = typed.map(([alias, choice]) => `${alias} for ${choice}`).join(", ");
  const also = accepted === "" ? [] : [`also accepted: ${accepted}`];
  return [...kind, ...also, `default: ${option.defaultText ?? shown}`].join("; ");
}

function positionalNote({ required, defaultText }: Positional): string {
  if (required) return " (required)";
  return defaultText === undefined ? "" : ` (default: ${defaultText})`;
}

/** Describes what an option's value must be, for help texts and error messages: "an integer of at least 1". */
export function expectation(option: Option): string {
  switch (option.kind) {
    case "string":
      return "a text";
    case "choice":
      return `one of ${option.choices.join(", ")}`;
    case "boolean":
    case "flag":
      return "true or false";
    case "number":
      return `a number${range(option)}`;
    case "integer":
      return `${option.multipleOf === undefined ? "an integer" : `a multiple of ${option.multipleOf}`}${range(option)}`;
    case "pair":
      return `two numbers${range(option)}, separated by a comma`;
  }
}

function range({ min, max, exclusiveMin, exclusiveMax }: Bounds): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  const lower = min !== undefined ? `of at least ${min}` : exclusiveMin !== undefined ? `above ${exclusiveMin}` : "";
  const upper = max !== undefined ? `of at most ${max}` : exclusiveMax !== undefined ? `below ${exclusiveMax}` : "";
  return [lower, upper].filter(Boolean).map((bound, i) => `${i === 0 ? " " : " and "}${bound}`).join("");
}

/** Breaks a text into lines at spaces. Lines after the first are indented by `indent` spaces. */
function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
