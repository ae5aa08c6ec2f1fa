import { isRecord } from "../../lib/data/scene/json_value.ts";
import { camelCase, type Command, fullName } from "../shell/command.ts";
import { choiceNamed, storedValues } from "../shell/options.ts";
import { type FileOptions, withFileOptions } from "../shell/option_error.ts";
import { readInput } from "../shell/read_input.ts";
import { checkNoDuplicateKey } from "../shell/duplicate_key.ts";
import { shown } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { warn } from "../shell/warn.ts";
import { checkChosen, checkPresent } from "./config_shape.ts";
import { HYPERPARAMETERS, knownHyperparameters } from "./hyperparameters.ts";
import { networkChoice } from "./network_choice.ts";
import { isDerived, optionNames, unknownOption } from "./option_names.ts";
import { contradictions, otherDefaults, type RecordedTask } from "./other_defaults.ts";
import { replacedSettings } from "./replaced_settings.ts";
import type { TaskValues } from "./task.ts";

/** Options that are one run's own and are not taken from its configuration. */
const OWN = new Set(["name", "out", "resume", "config", "dryRun", "conclude", "deadline", "software", "adapter"]);

/** What only the file of a sweep has beside its options. */
const OF_SWEEPS = ["grid", "inputs", "slurm"];

/** The options of a command, with those of a file where the command line gives none. */
export interface WithFile<C extends Command> {
  readonly values: TaskValues<C>;
  /** The names of all options that were given, in one of the two ways. */
  readonly given: ReadonlySet<string>;
  /** Those that a file gave. */
  readonly from?: FileOptions;
}

/**
 * Adds the options of the file that `--config` names: those of a run's `config.json`, or an object of options by their names on the command
 * line, the shorter ones too, or in camelCase. Settings of what the command line replaces are left out ({@linkcode replacedSettings}), with a
 * warning, which also names those that were kept.
 *
 * @param typed What the command line says.
 * @throws {UserError} If the file cannot be read, is of another task, or has an option that does not exist or a value that is not valid.
 */
export async function withConfigFile<C extends Command>(
  task: RecordedTask<C>,
  path: string,
  typed: WithFile<C>,
): Promise<WithFile<C>> {
  const json = parsed(await readInput(path), path);
  const isRun = isRecord(json.options);
  const file = { file: path, ...isRun && { key: "options" } };
  const stored = optionsIn(json, path, task);
  const isTyped = (name: string) => typed.given.has(name);
  const inFile = Object.keys(stored).filter((name) => !OWN.has(name) && !isTyped(name));
  const unreplaced = Object.fromEntries(Object.entries(stored).filter(([name]) => !isTyped(name)));
  const read = storedValues(unreplaced, task.command, file) as TaskValues<C>;
  const pick = (names: readonly string[], from: object = read) => {
    const taken = Object.fromEntries(names.map((name) => [name, (from as Record<string, unknown>)[name]]));
    return { ...typed.values, ...taken } as TaskValues<C>;
  };
  const together = pick(inFile);
  const isReplaced = (option: string) => {
    const [found, now] = [stored[option], (together as Record<string, unknown>)[option]];
    // A run whose configuration has no preset was made without one.
    if (!isTyped(option) || found === undefined && !(isRun && option === "preset")) return false;
    return typeof found !== "string" || choiceNamed(task.command, option, found) !== now;
  };
  const { given, usual, kept } = replacedSettings({ isTyped, isReplaced }, together, task.presetOptions ?? []);
  const files = (task.command.positionals ?? []).map(({ name }) => name);
  const hasOtherFiles = files.some(isTyped);
  const strange = new Set(inFile.filter((name) => given.has(name) || hasOtherFiles && files.includes(name)));
  const fitting = pick(inFile.filter((name) => !strange.has(name)));
  const known = knownHyperparameters({ ...fitting, ...networkChoice(fitting) });
  for (const name of inFile) if (HYPERPARAMETERS.has(name) && !known.has(name)) strange.add(name);
  const isGiven = (name: string) => (read as Record<string, unknown>)[name] !== undefined;
  const names = inFile.filter((name) => !strange.has(name));
  sayWhatIsTaken(path, [...strange].filter(isGiven), names.filter((name) => kept.has(name) && isGiven(name)));
  const from = { ...file, names: new Set(names) };
  if (!isRun) return { values: pick(names), given: new Set([...typed.given, ...names]), from };
  // A run's configuration makes the same run again, whatever the defaults are now.
  const own = storedValues(stored, task.command, file) as TaskValues<C>;
  for (const text of contradictions(json, own)) warn(`${path}: ${text}`);
  const others = Object.fromEntries(Object.entries(typed.values).filter(([name]) => isTyped(name)));
  const then = withFileOptions(from, () => otherDefaults(json, own, task, others));
  const missing = Object.entries(then).filter(([name]) => !isTyped(name) && !usual.has(name));
  const all = [...names, ...missing.map(([name]) => name)];
  const recorded = storedValues({ ...unreplaced, ...Object.fromEntries(missing) }, task.command, file);
  return { values: pick(all, recorded), given: new Set([...typed.given, ...all]), from };
}

/** Says which options of a file do not go with what the command line chooses, and which were taken nevertheless. */
function sayWhatIsTaken(path: string, leftOut: readonly string[], kept: readonly string[]): void {
  const texts = [
    ...leftOut.length > 0 ? [`left out, because the command line chooses something else: ${leftOut.join(", ")}`] : [],
    ...kept.length > 0 ? [`kept beside another choice on the command line: ${kept.join(", ")}`] : [],
  ];
  if (texts.length > 0) warn(`${path}: ${texts.join("; ")}.`);
}

/** The options in a file, by name in camelCase. */
function optionsIn(
  json: Readonly<Record<string, unknown>>,
  path: string,
  task: Pick<RecordedTask<Command>, "name" | "command" | "dataShapes">,
): Record<string, unknown> {
  const isRun = isRecord(json.options);
  const ofSweep = OF_SWEEPS.find((key) => json[key] !== undefined && (isRun || key === "grid"));
  if (ofSweep !== undefined) {
    throw new UserError(
      `${path}: expected the options of one run, found the ${ofSweep} of a sweep, which deno task sweep reads.`,
    );
  }
  const isOfRun = isRun && (json.task !== undefined || json.steps !== undefined);
  if (isOfRun && json.task !== task.name) {
    throw new UserError(
      `${path}: expected the configuration of a run of ${task.name}, found one of ${shown(json.task)}.`,
    );
  }
  // A file of one's own may have options alone.
  if (isRun) {
    checkPresent(json, path, task.dataShapes);
    checkChosen(json, path, { isWhole: isOfRun });
  }
  const names = optionNames(task.command);
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(isRun ? json.options as object : json)) {
    const name = camelCase(fullName(task.command.options, key));
    if (!names.includes(name)) {
      if (isRun && isDerived(name, task.command)) continue;
      throw unknownOption(key, path, task);
    }
    if (Object.hasOwn(options, name)) {
      throw new UserError(`${path}: expected ${name} once, found it twice, also as ${shown(key)}.`);
    }
    options[name] = value;
  }
  return options;
}

function parsed(bytes: Uint8Array, path: string): Readonly<Record<string, unknown>> {
  const text = new TextDecoder().decode(bytes);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${path}: expected JSON, found something else: ${(cause as Error).message}.`, { cause });
  }
  checkNoDuplicateKey(text, path);
  if (!isRecord(json)) throw new UserError(`${path}: expected an object with options, found ${shown(json)}.`);
  return json;
}
