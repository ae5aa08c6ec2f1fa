import { dirname, join, resolve } from "../../lib/std/path/mod.ts";
import { isRecord } from "../../lib/data/scene/json_value.ts";
import { callerPath } from "../shell/caller_path.ts";
import { readInput } from "../shell/read_input.ts";
import { checkShape } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { warn } from "../shell/warn.ts";
import { digestOf, loadOwnFile } from "./load_own_file.ts";
import { isFileName, OWN_OPTIONS, ownFilesShape, type OwnOption } from "./own_files.ts";

/** Options that name optimizers, activations or objectives, one or several. */
const NAMING: Readonly<Record<string, OwnOption>> = {
  optimizer: "optimizer",
  optimizers: "optimizer",
  activation: "activation",
  activations: "activation",
  objective: "objective",
};

/** Commands for a run that is there. */
const READING = ["render", "mesh", "points"];

/** Files of folders of results that record what they were made with. */
const RECORDS = ["config.json", "comparison.json", "curvature.json", "sweep.json"];

/**
 * Loads all files with optimizers, activations and objectives of a user's own that a command line names: as the value of an option, or by a folder or a
 * file of options that was made with some. This comes before the tasks are loaded, whose options are made from what the registries have.
 *
 * @throws {UserError} If one cannot be loaded, or has another text than that with which the folder was made.
 */
export async function loadOwnFiles(args: readonly string[]): Promise<void> {
  const given = new Map<string, string>();
  for (const [name, value] of optionsIn(args)) given.set(name, value);
  for (const [name, value] of given) {
    const option = Object.hasOwn(NAMING, name) ? NAMING[name] : undefined;
    const words = name === option ? [value] : value.split(",").map((word) => word.trim());
    for (const word of option === undefined ? [] : words) if (isFileName(word)) await loadOwnFile(option!, word);
  }
  const single = [given.get("resume"), READING.includes(args[0]) ? args[1] : undefined].filter((each) =>
    each !== undefined
  );
  const several = await Promise.all(
    (given.get("run")?.split(",") ?? []).map((word) => runsAt(callerPath(word.trim()))),
  );
  for (const folder of [...single.map(callerPath), ...several.flat()]) await loadRecorded(folder);
  const config = given.get("config");
  if (config !== undefined && given.get("resume") === undefined) await loadConfigured(callerPath(config), given);
}

/** Loads the files that the JSON file of a sweep names; their paths are relative to its folder. */
export async function loadOwnFilesOfSweep(args: readonly string[]): Promise<void> {
  const typed = args.find((word, i) =>
    /\.json$/i.test(word) && !word.startsWith("-") && !args[i - 1]?.startsWith("--")
  );
  if (typed === undefined) return;
  const path = callerPath(typed);
  const spec = await json(path);
  const parts = [spec?.options, spec?.grid].flat().filter(isRecord);
  for (const [name, value] of parts.flatMap(Object.entries)) {
    for (const word of [value].flat()) {
      if (Object.hasOwn(NAMING, name) && typeof word === "string" && isFileName(word)) {
        await loadOwnFile(NAMING[name], word, resolve(dirname(path), word));
      }
    }
  }
}

/** The options with values of a command line. */
function optionsIn(args: readonly string[]): [name: string, value: string][] {
  return args.flatMap((word, i): [string, string][] => {
    const [, name, equals, value] = /^--([\w-]+)(=?)(.*)$/s.exec(word) ?? [];
    return name === undefined ? [] : [[name, equals ? value : args[i + 1] ?? ""]];
  });
}

/** The run in a folder, or all runs in it. */
async function runsAt(path: string): Promise<string[]> {
  const inside = (await Array.fromAsync(Deno.readDir(path)).catch(() => [])).map(({ name }) => name);
  return inside.includes("config.json") ? [path] : inside.map((name) => join(path, name));
}

/** Loads the files that a folder of results was made with. */
async function loadRecorded(folder: string): Promise<void> {
  for (const name of RECORDS) {
    const path = join(folder, name);
    for (const { option, file, sha256 } of recordedIn(await json(path), path)) {
      await checkText(
        file,
        sha256,
        (found) => new UserError(`${file}: expected the text with which ${folder} was made, ${found}.`),
      );
      await loadOwnFile(option, file);
    }
  }
}

/** Loads the files that a file of options names, unless the command line replaces them. */
async function loadConfigured(path: string, given: ReadonlyMap<string, string>): Promise<void> {
  const config = await json(path);
  for (const { option, file, sha256 } of recordedIn(config, path)) {
    if (given.has(option)) continue;
    await checkText(
      file,
      sha256,
      () => warn(`${file}: its text is another one than that with which ${path} was made.`),
    );
    await loadOwnFile(option, file);
  }
  const options = isRecord(config?.options) ? config.options : config;
  for (const option of OWN_OPTIONS) {
    const value = options?.[option];
    if (typeof value === "string" && isFileName(value) && !given.has(option)) await loadOwnFile(option, value);
  }
}

function recordedIn(record: Readonly<Record<string, unknown>> | undefined, path: string) {
  const settings = isRecord(record?.settings) ? record.settings : undefined;
  return checkShape(record?.ownFiles ?? settings?.ownFiles ?? [], ownFilesShape, `${path}, ownFiles`);
}

/** Checks that a file has the text that it had. */
async function checkText(file: string, sha256: string, changed: (found: string) => Error | void): Promise<void> {
  const bytes = await readInput(file);
  if (await digestOf(bytes) === sha256) return;
  const error = changed("found another one: put the old one back, or begin anew");
  if (error !== undefined) throw error;
}

/** The object in a JSON file; undefined if there is none: who reads it afterwards says why. */
async function json(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const found: unknown = JSON.parse(await Deno.readTextFile(path));
    return isRecord(found) ? found : undefined;
  } catch {
    return undefined;
  }
}
