import { basename, join } from "../../lib/std/path/mod.ts";
import { callerPath } from "../shell/caller_path.ts";
import { UserError } from "../shell/user_error.ts";
import { type LeftOut, reasonOf } from "./left_out.ts";
import { findRun, type FoundRun, type MeasuredRun } from "./run_checkpoints.ts";

/** Runs of one task that are measured. */
interface FoundRuns {
  readonly task: string;
  readonly runs: readonly MeasuredRun[];
  /** The runs and checkpoints that cannot be read. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Looks at the runs of `--run` without loading their data. Runs of the same settings but the seed form one series. Of several, those that
 * cannot be read are left out.
 *
 * @param text The folder of a run, one that contains folders of runs, or several of these that commas separate.
 * @throws {UserError} If none of the runs can be measured, or they are of different tasks.
 */
export async function findRuns(text: string): Promise<FoundRuns> {
  const paths = await pathsOf(text);
  const twice = paths.find((path, i) => paths.indexOf(path) < i);
  if (twice !== undefined) throw new UserError(`--run: ${twice} is given twice: give it once.`);
  const found: FoundRun[] = [];
  const leftOut: LeftOut[] = [];
  for (const path of paths) {
    try {
      const run = await findRun(path);
      found.push(run);
      leftOut.push(...run.leftOut.map((reason) => ({ reason })));
    } catch (error) {
      if (paths.length === 1) throw error;
      leftOut.push({ reason: reasonOf(error) });
    }
  }
  if (found.length === 0) throw new UserError(leftOut[0].reason);
  const [{ task, path }] = found;
  const other = found.find((run) => run.task !== task);
  if (other !== undefined) {
    throw new UserError(
      `--run: expected runs of one task, found ${task} in ${path} and ${other.task} in ${other.path}.`,
    );
  }
  return { task, runs: named(groupsOf(found)), leftOut };
}

async function pathsOf(text: string): Promise<string[]> {
  // A folder may have a comma in its name.
  const words = await isFolder(callerPath(text)) ? [text] : text.split(",").map((word) => word.trim());
  if (words.includes("")) throw new UserError(`--run: expected folders, separated by commas, found "${text}".`);
  const paths: string[] = [];
  for (const path of words.map(callerPath)) paths.push(...await runsIn(path));
  return paths;
}

/** The runs directly in a folder, by name; the folder itself if it is a run, or has none. */
async function runsIn(path: string): Promise<string[]> {
  if (await isRun(path) || !await isFolder(path)) return [path];
  const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
  const runs: string[] = [];
  for (const each of names.map((name) => join(path, name))) if (await isRun(each)) runs.push(each);
  return runs.length > 0 ? runs : [path];
}

async function isFolder(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isDirectory ?? false;
}

async function isRun(path: string): Promise<boolean> {
  return (await Deno.stat(join(path, "config.json")).catch(() => undefined))?.isFile ?? false;
}

/** Runs of the same settings but the seed. A run with settings and seed of another one is in a group of its own. */
function groupsOf(runs: readonly FoundRun[]): FoundRun[][] {
  const groups: FoundRun[][] = [];
  for (const run of runs) {
    const group = groups.find(([first, ...others]) =>
      first.settings === run.settings && [first, ...others].every(({ seed }) => seed !== run.seed)
    );
    if (group === undefined) groups.push([run]);
    else group.push(run);
  }
  return groups;
}

/** The runs of all groups, each with the name of its series. */
function named(groups: readonly (readonly FoundRun[])[]): MeasuredRun[] {
  const names = new Set<string>();
  return groups.flatMap((runs) => {
    const series = unused(seriesName(runs.map(({ path }) => basename(path))), names);
    names.add(series);
    return runs.toSorted((a, b) => a.seed - b.seed).map(({ path, seed, checkpoints }) => {
      return { series, path, seed, checkpoints };
    });
  });
}

/** What the names of a series' runs begin with: "sine" of "sine-s0" and "sine-s1"; the first name if that is nothing. */
function seriesName(names: readonly string[]): string {
  if (names.length === 1) return names[0];
  let length = 0;
  while (names.every((name) => length < name.length && name[length] === names[0][length])) length++;
  return names[0].slice(0, length).replace(/[-_. ]*(s|seed)?[-_. ]*$/, "") || names[0];
}

/** A name, with a number where it is taken. */
function unused(name: string, taken: ReadonlySet<string>): string {
  let number = 2;
  let free = name;
  while (taken.has(free)) free = `${name} (${number++})`;
  return free;
}
