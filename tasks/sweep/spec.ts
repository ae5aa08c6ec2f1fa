import { dirname, resolve } from "../../lib/std/path/mod.ts";
import { TASKS } from "../registry.ts";
import { readUserJson } from "../run/json.ts";
import { isFileName, OWN_OPTIONS, ownFilesNamed } from "../own/own_files.ts";
import { callerPath } from "../shell/caller_path.ts";
import { fullName } from "../shell/command.ts";
import {
  checkShape,
  exactObject,
  list,
  optional,
  printable,
  record,
  type Shape,
  type Shaped,
  word,
} from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import type { TrainingTask } from "../training/task.ts";
import { checkOption, checkOptionName, type OptionValue, valueText } from "./option_words.ts";
import type { SweepInput, SweepSettings } from "./record.ts";
import { gridShape, valueShape } from "./record.ts";
import { type SlurmOptions, slurmShape } from "./slurm/options.ts";

type Grid = Shaped<typeof gridShape>;

/** What a file asks for. */
export interface Spec {
  readonly settings: SweepSettings;
  /** What it asks of Slurm. */
  readonly slurm: SlurmOptions;
}

const gridOrGrids: Shape<Grid | readonly Grid[]> = (found) =>
  (Array.isArray(found) ? list(gridShape, { least: 1 }) : gridShape)(found);

const inputShape: Shape<string | readonly string[]> = (found) =>
  (Array.isArray(found) ? list(printable(), { least: 1 }) : printable())(found);

const specShape = exactObject({
  task: word([...TASKS.keys()]),
  inputs: optional(list(inputShape, { least: 1 })),
  options: optional(record(valueShape)),
  grid: optional(gridOrGrids),
  slurm: optional(slurmShape),
});

/**
 * Reads the file that describes a sweep, and checks every value by itself.
 *
 * @param typed The file's path as it was typed. Paths of inputs are relative to its folder.
 * @throws {UserError} If it cannot be read, a name in it is unknown, a value is none of its option's, or an input does not exist.
 */
export async function readSpec(typed: string): Promise<Spec> {
  const path = callerPath(typed);
  const spec = checkShape(await readUserJson(path, typed), specShape, typed);
  const { grid = {}, slurm = {} } = spec;
  const task = TASKS.get(spec.task)!;
  const named = <T>(each: Readonly<Record<string, T>>, where: string) =>
    withAbsolutePaths(withFullNames(task, each, `${typed}, ${where}`), dirname(path));
  const options = named(spec.options ?? {}, "options");
  const grids = [grid as Grid | readonly Grid[]].flat().map((each) => named(each, "grid"));
  for (const [name, value] of Object.entries(options)) checkOption(task, name, value, `${typed}, options.${name}`);
  for (const [index, each] of grids.entries()) {
    checkGrid(task, { grid: each, options }, `${typed}, grid${Array.isArray(grid) ? `[${index}]` : ""}`);
  }
  checkDistinct(grids, `${typed}, grid`);
  const inputs = await inputsOf(spec.inputs, dirname(path), `${typed}, inputs`);
  const ownFiles = ownFilesNamed([options, ...grids].flatMap(Object.values).flat());
  return { settings: { task: spec.task, inputs, options, grids, ...ownFiles.length > 0 && { ownFiles } }, slurm };
}

/** Options by their names, where some may have their shorter ones. */
function withFullNames<T>(
  { command }: TrainingTask,
  options: Readonly<Record<string, T>>,
  where: string,
): Record<string, T> {
  const named: Record<string, T> = {};
  for (const [typed, value] of Object.entries(options)) {
    const name = fullName(command.options, typed);
    if (Object.hasOwn(named, name)) {
      throw new UserError(`${where}: expected ${name} once, found it twice under two names.`);
    }
    named[name] = value;
  }
  return named;
}

/** Options with absolute paths of the files that define optimizers, activations and objectives of the user's own. */
function withAbsolutePaths<T>(options: Readonly<Record<string, T>>, folder: string): Record<string, T> {
  const absolute = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(absolute);
    return typeof value === "string" && isFileName(value) ? resolve(folder, value) : value;
  };
  return Object.fromEntries(
    Object.entries(options).map((
      [name, value],
    ) => [name, (OWN_OPTIONS as readonly string[]).includes(name) ? absolute(value) as T : value]),
  );
}

/** Checks all values of a grid. */
function checkGrid(
  task: TrainingTask,
  { grid, options }: { readonly grid: Grid; readonly options: Readonly<Record<string, OptionValue>> },
  where: string,
): void {
  for (const [name, values] of Object.entries(grid)) {
    checkOptionName(task, name, `${where}.${name}`);
    if (Object.hasOwn(options, name)) {
      throw new UserError(`${where}.${name}: expected this option here or in options, found it in both.`);
    }
    for (const [index, value] of values.entries()) {
      const place = `${where}.${name}[${index}]`;
      checkOption(task, name, value, place);
      if (values.findIndex((other) => valueText(other) === valueText(value)) < index) {
        throw new UserError(`${place}: expected different values, found ${valueText(value)} twice.`);
      }
    }
  }
}

/** Checks that no two grids have a combination in common. */
function checkDistinct(grids: readonly Grid[], where: string): void {
  for (const [index, grid] of grids.entries()) {
    for (const [before, other] of grids.slice(0, index).entries()) {
      const shared = sharedCombination(grid, other);
      if (shared === undefined) continue;
      throw new UserError(
        `${where}[${index}]: expected other combinations than those of grid[${before}], found ${shared} in both.`,
      );
    }
  }
}

/** A combination that two grids have in common, in words. */
function sharedCombination(grid: Grid, other: Grid): string | undefined {
  const names = Object.keys(grid);
  if (names.length !== Object.keys(other).length || !names.every((name) => Object.hasOwn(other, name))) {
    return undefined;
  }
  const values = names.map((name) => {
    const texts = other[name].map(valueText);
    return grid[name].map(valueText).find((text) => texts.includes(text));
  });
  if (values.includes(undefined)) return undefined;
  return names.map((name, i) => `${name} ${values[i]}`).join(", ") || "no options";
}

/** The inputs with their absolute paths. */
async function inputsOf(
  typed: readonly (string | readonly string[])[] | undefined,
  folder: string,
  where: string,
): Promise<SweepInput[]> {
  if (typed === undefined) return [{ name: "default", paths: [] }];
  const inputs = typed.map((each) => [each].flat()).map((names) => ({
    name: names.join(" "),
    paths: names.map((name) => resolve(folder, name)),
  }));
  /** Where an input is by its paths, in which no links are left. */
  const places = new Map<string, number>();
  for (const [index, { name, paths }] of inputs.entries()) {
    const real = await Promise.all(paths.map((path) =>
      Deno.realPath(path).catch(() => {
        throw new UserError(`${where}[${index}]: ${path}: cannot be read: there is no such file or folder.`);
      })
    ));
    const key = JSON.stringify(real);
    const before = places.get(key);
    if (before !== undefined) {
      throw new UserError(`${where}[${index}]: expected another input than inputs[${before}], found ${name} again.`);
    }
    places.set(key, index);
  }
  return inputs;
}
