import { printable } from "../../lib/data/scene/printable.ts";
import { basename, join } from "../../lib/std/path/mod.ts";
import { optimizerKinds, optimizerNames } from "../../lib/optim/registry.ts";
import { ownFilesRecord } from "../own/own_files.ts";
import { settingsName, shortName } from "../run/settings_name.ts";
import { callerPath } from "../shell/caller_path.ts";
import { camelCase, optionSpelling } from "../shell/command.ts";
import { nameList } from "../shell/name_list.ts";
import { parseOptions } from "../shell/options.ts";
import { UserError } from "../shell/user_error.ts";
import { aliasesOf } from "../training/options.ts";
import { activationChoices } from "../training/activation_choices.ts";
import type { TrainingTask } from "../training/task.ts";
import { MANNER_OPTIONS } from "../sweep/command.ts";
import { commandFor, type CompareValues, sharedOptions } from "./command.ts";
import { parseDuration } from "../shell/duration.ts";
import type { FinalLength, Input, Settings } from "./record.ts";
import { TASKS, typedTask } from "../registry.ts";
import { DEVICE_NAMES } from "../shell/device_options.ts";

/** A parsed command line. */
interface CompareRequest {
  readonly values: CompareValues;
  /** The names of the options that were given. */
  readonly given: ReadonlySet<string>;
  /** The settings; undefined if a comparison is resumed, which has stored its own. */
  readonly settings?: Settings;
}

/**
 * Parses and checks the command line.
 *
 * @throws {UserError} If an option is invalid, options exclude each other, or the input does not exist.
 */
export async function readRequest(args: readonly string[]): Promise<CompareRequest> {
  const task = typedTask(args);
  const parsed = parseOptions(args, commandFor(task, [...TASKS.keys()]));
  const values = parsed.values as unknown as CompareValues & Record<string, unknown>;
  const given = parsed.given as ReadonlySet<string>;
  if (values.resume !== undefined) {
    checkResumed(given);
    return { values, given };
  }
  checkEngine(values, given);
  const length = finalLength(values);
  // Processes of their own are to be told which device to take.
  const options = Object.fromEntries(
    [...sharedOptions(task).keys()].filter((name) =>
      given.has(name) && (values.engine !== undefined || !DEVICE_NAMES.includes(name))
    )
      .map((name) => [name, values[name]]),
  );
  for (const name of values.tune ? ["learningRate", "schedule"] : []) {
    if (name in options) {
      throw new UserError(`${optionSpelling(name)} cannot be given with --tune, which searches for it.`);
    }
  }
  const activations = nameList("--activations", values.activations, activationChoices(task));
  const known = { choices: optimizerNames, aliases: aliasesOf(optimizerKinds) };
  const optimizers = nameList("--optimizers", values.optimizers, known);
  const settings: Settings = {
    task: task.name,
    inputs: await inputsOf(task, values.input),
    activations,
    optimizers,
    ...ownFilesRecord({ optimizers, activations, objectives: [`${options.objective}`] }),
    seeds: values.seeds,
    tune: values.tune,
    length,
    target: values.target,
    options,
  };
  return { values, given, settings };
}

/** The options that say what makes the runs, and how, by their names in camelCase. */
export const MANNER_NAMES: readonly string[] = MANNER_OPTIONS.map(({ name }) => camelCase(name));

/** Checks the options of a resumed comparison: it has stored its own. */
function checkResumed(given: ReadonlySet<string>): void {
  const other = [...given].find((name) => !["resume", "engine", ...MANNER_NAMES, ...DEVICE_NAMES].includes(name));
  if (other === undefined) return;
  throw new UserError(
    `--resume continues a comparison with its own options, so ${optionSpelling(other)} cannot be given with it.`,
  );
}

/** Checks that `--engine` has beside it what it needs, and nothing that it cannot do. */
function checkEngine({ engine, tune }: CompareValues, given: ReadonlySet<string>): void {
  const other = [...given].find((name) => MANNER_NAMES.includes(name));
  if (engine === undefined && other !== undefined) {
    throw new UserError(
      `${optionSpelling(other)}: expected --engine local or --engine slurm beside it, found neither.`,
    );
  }
  if (engine === undefined || !tune) return;
  throw new UserError(
    "--engine: expected no --tune beside it, because the search goes on from earlier results and from times measured on one device; " +
      "tune without --engine, or compare known settings (--learning-rate, --schedule).",
  );
}

function finalLength({ budget, minutes, epochs }: CompareValues): FinalLength {
  const given = Object.entries({ budget, minutes, epochs }).filter(([, value]) => value !== undefined);
  if (given.length > 1) {
    throw new UserError(`--${given[0][0]} and --${given[1][0]} exclude each other: give only one of them.`);
  }
  if (budget !== undefined) return { budgetSeconds: parseDuration("--budget", budget) };
  return minutes !== undefined ? { seconds: Math.min(minutes * 60, Number.MAX_VALUE) } : { epochs };
}

async function inputsOf({ name, inputs, takesFolders }: TrainingTask, typed: string | undefined): Promise<Input[]> {
  if (typed === undefined) return [{ name: "default" }];
  const path = callerPath(typed);
  const found = await Deno.stat(path).catch(() => undefined);
  if (found === undefined) throw new UserError(`--input ${path}: cannot be read: there is no such file or folder.`);
  if (!found.isDirectory || inputs === undefined) return [{ name: printable(basename(path)), path }];
  const namesIn = (folder: string) => Array.from(Deno.readDirSync(folder), (entry) => entry.name).sort();
  const isFolder = (entry: string) => Deno.statSync(entry).isDirectory;
  const isKnown = (folder: string) => namesIn(folder).some((entry) => inputs.test(entry));
  if (takesFolders && isKnown(path)) return [{ name: printable(basename(path)), path }];
  const inside = namesIn(path).filter((entry) => {
    const whole = join(path, entry);
    return takesFolders ? isFolder(whole) && isKnown(whole) : inputs.test(entry) && !isFolder(whole);
  });
  if (inside.length === 0) {
    const what = takesFolders ? "a scene, or a folder of scenes," : "files";
    throw new UserError(`--input ${path}: expected ${what} that the task ${name} can read, found none.`);
  }
  return inside.map((entry) => ({ name: printable(entry), path: join(path, entry) }));
}

/** A name that is derived from the settings, so that the same command finds its comparison again. */
export function defaultName(settings: Settings): Promise<string> {
  const { task, inputs } = settings;
  return settingsName(
    `${task}-${inputs.length === 1 ? shortName(inputs[0].name) : `${inputs.length}-inputs`}`,
    settings,
  );
}
