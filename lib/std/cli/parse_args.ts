/** How `parseArgs` reads the arguments. */
export interface ParseOptions {
  /** Put what follows a bare `--` under `"--"` instead of among the positionals. */
  "--"?: boolean;
  /** Other names of an option: `{ help: "h" }`. */
  alias?: Record<string, string | readonly string[]>;
  /** Options that take no value and are `false` unless given. */
  boolean?: string | readonly string[];
  /** Values of options that are not given. */
  default?: Record<string, unknown>;
  /** Everything from the first positional on is positional. */
  stopEarly?: boolean;
  /** Options whose value stays a string; `_` keeps the positionals strings. */
  string?: string | readonly string[];
  /** Options that may be given often: their values become an array, empty by default. */
  collect?: string | readonly string[];
  /** Options that `--no-NAME` sets to `false`. */
  negatable?: string | readonly string[];
  /** Called for every option that is not declared and every positional; `false` drops it. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** What `parseArgs` found: the options by name, and the positionals under `_`. */
export interface Args {
  /** The arguments that belong to no option. */
  _: Array<string | number>;
  // deno-lint-ignore no-explicit-any
  [option: string]: any;
}

/** Splits command-line arguments into options and positionals. Values that look like numbers become numbers unless the option is a `string`. */
export function parseArgs(args: string[], options: ParseOptions = {}): Args {
  const { "--": keepRest = false, stopEarly = false, unknown = () => true, default: defaults = {} } = options;
  const names = aliases(options.alias ?? {});
  const booleans = nameSet(options.boolean, names), strings = nameSet(options.string, names);
  const collected = nameSet(options.collect, names), negatable = nameSet(options.negatable, names);
  const result: Args = { _: [] };
  const separator = args.indexOf("--");
  const rest = separator < 0 ? [] : args.slice(separator + 1);
  const words = separator < 0 ? args : args.slice(0, separator);

  const set = (key: string, value: unknown, arg: string): void => {
    const declared = booleans.has(key) || strings.has(key) || names.has(key);
    if (!declared && unknown(arg, key, value) === false) return;
    const stored = typeof value === "string" && !strings.has(key) ? maybeNumber(value) : value;
    for (const name of [key, ...names.get(key) ?? []]) {
      if (collected.has(name)) (result[name] ??= []).push(stored);
      else result[name] = stored;
    }
  };

  /** Sets an option that came without `=`; returns whether it took the next word as its value. */
  const setFrom = (key: string, next: string | undefined, arg: string): boolean => {
    if (next && !next.startsWith("-") && !booleans.has(key)) {
      set(key, next, arg);
      return true;
    }
    if (next === "true" || next === "false") {
      set(key, next === "true", arg);
      return true;
    }
    set(key, strings.has(key) ? "" : true, arg);
    return false;
  };

  for (let i = 0; i < words.length; i++) {
    const arg = words[i];
    const [, dashes, body, value] = arg.match(/^(--?)([^=]+)(?:=(.+))?$/s) ?? [];
    if (dashes === "--") {
      if (value !== undefined) set(body, booleans.has(body) ? value !== "false" : value, arg);
      else if (body.startsWith("no-") && negatable.has(body.slice(3))) set(body.slice(3), false, arg);
      else if (setFrom(body, words[i + 1], arg)) i++;
    } else if (dashes === "-") {
      for (const letter of body.slice(0, -1)) set(letter, strings.has(letter) ? "" : true, arg);
      const last = body.slice(-1);
      if (value !== undefined) set(last, value, arg);
      else if (setFrom(last, words[i + 1], arg)) i++;
    } else {
      if (unknown(arg) !== false) result._.push(strings.has("_") ? arg : maybeNumber(arg));
      if (stopEarly) {
        result._.push(...words.slice(i + 1));
        break;
      }
    }
  }

  for (const [key, value] of Object.entries(defaults)) {
    for (const name of [key, ...names.get(key) ?? []]) if (!(name in result)) result[name] = value;
  }
  for (const key of booleans) if (!(key in result)) result[key] = collected.has(key) ? [] : false;
  for (const key of strings) if (!(key in result) && collected.has(key)) result[key] = [];
  if (keepRest) result["--"] = rest;
  else result._.push(...rest);
  return result;
}

/** For each name the other names of the same option. */
function aliases(alias: NonNullable<ParseOptions["alias"]>): Map<string, string[]> {
  const others = new Map<string, string[]>();
  for (const [name, value] of Object.entries(alias)) {
    const group = [name, ...(typeof value === "string" ? [value] : value)];
    for (const member of group) others.set(member, group.filter((other) => other !== member));
  }
  return others;
}

function nameSet(names: string | readonly string[] | undefined, others: Map<string, string[]>): Set<string> {
  const list = typeof names === "string" ? [names] : names ?? [];
  return new Set(list.flatMap((name) => [name, ...others.get(name) ?? []]));
}

function maybeNumber(text: string): string | number {
  return /^0x[0-9a-f]+$/i.test(text) || /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/.test(text) ? Number(text) : text;
}
