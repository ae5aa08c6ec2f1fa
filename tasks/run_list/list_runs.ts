import { join, relative } from "../../lib/std/path/mod.ts";
import { nearestName } from "../../lib/hyperparameter/nearest_name.ts";
import { fixed } from "../shell/fixed.ts";
import { removeRun } from "../run/remove_run.ts";
import { encodeCsv } from "../run/csv.ts";
import { TASKS } from "../registry.ts";
import { alignedRows } from "../shell/aligned_rows.ts";
import { callerPath } from "../shell/caller_path.ts";
import { camelCase, fullName, optionSpelling } from "../shell/command.ts";
import { runPath } from "../shell/run_path.ts";
import { choiceNamed, parseOptions } from "../shell/options.ts";
import { UserError } from "../shell/user_error.ts";
import { networkName } from "../training/network_choice.ts";
import { commandFor } from "./command.ts";
import { findRuns, type FoundRun, qualityOf } from "./found_run.ts";
import { counted } from "../shell/counted.ts";

/**
 * Runs `deno task runs`.
 *
 * @param args The command line.
 */
export async function listRuns(args: readonly string[]): Promise<void> {
  const { values, given } = parseOptions(args, commandFor([...TASKS.keys()]));
  const { task, status, where, sort, csv, json, prune, dryRun } = values;
  if (dryRun && !prune) throw new UserError("--dry-run: expected --prune beside it, found none.");
  if (prune && !given.has("where") && !given.has("status")) {
    throw new UserError("--prune: expected --where or --status, which say what to remove, found neither.");
  }
  if (csv && json) throw new UserError("--csv and --json exclude each other: give only one of them.");
  if (prune && (csv || json)) throw new UserError(`--prune: expected no ${csv ? "--csv" : "--json"} beside it.`);
  const root = prune && !dryRun ? runPath(values.folder ?? "runs") : callerPath(values.folder ?? "runs");
  if (values.folder !== undefined) await checkFolder(root, values.folder);
  const tasks = task === "all" ? [...TASKS.keys()] : [task];
  const wanted = where === undefined ? [] : conditionsOf(where, tasks);
  const { runs: found, left } = await findRuns(root, tasks);
  for (const [option] of wanted) checkOption(option, tasks, found);
  const selected = found
    .filter((run) => status === "all" || run.status === status)
    .filter((run) => wanted.every(([option, value]) => hasValue(run, option, value)))
    .toSorted(ORDERS[sort]);
  if (prune) return await pruneRuns(selected, dryRun);
  if (json) return console.log(JSON.stringify(selected.map(record), null, 2));
  if (csv) return console.log(encodeCsv(selected.map(flatRecord)).trimEnd());
  if (selected.length > 0) return console.log(tableOf(selected, root).join("\n"));
  console.log(`There is no such run in ${root}.${left.length === 0 ? "" : ` ${unlooked(left)}`}`);
}

const ORDERS: Readonly<Record<string, (a: FoundRun, b: FoundRun) => number>> = {
  date: (a, b) => a.date.getTime() - b.date.getTime(),
  quality: (a, b) => (qualityOf(a)?.value ?? -Infinity) - (qualityOf(b)?.value ?? -Infinity) || 0,
  seconds: (a, b) => Number(a.summary.seconds ?? 0) - Number(b.summary.seconds ?? 0),
  name: (a, b) => a.name < b.name ? -1 : Number(a.name > b.name),
};

/** "optimizer=soap,width=256" as pairs. */
function conditionsOf(text: string, tasks: readonly string[]): [option: string, value: string][] {
  const options = tasks.flatMap((task) => TASKS.get(task)!.command.options);
  return text.split(",").map((condition) => {
    const at = condition.indexOf("=");
    const typed = condition.slice(0, at).trim().replace(/^--/, "");
    if (at > 0) return [camelCase(fullName(options, typed)), condition.slice(at + 1).trim()];
    throw new UserError(
      `--where: expected conditions such as optimizer=soap, separated by commas, found "${condition}".`,
    );
  });
}

/**
 * Checks that a task, or a run with options of a user's own, has an option.
 *
 * @param name Its name in camelCase.
 * @throws {UserError} If none has.
 */
function checkOption(name: string, tasks: readonly string[], runs: readonly FoundRun[]): void {
  const commands = tasks.map((task) => TASKS.get(task)!.command);
  const known = commands.flatMap(({ options, positionals }) => [...options, ...positionals ?? []]).map((each) =>
    each.name
  );
  if (known.map(camelCase).includes(name) || runs.some(({ options }) => Object.hasOwn(options, name))) return;
  const typed = optionSpelling(name).slice(2);
  const meant = nearestName(typed, [...new Set(known)]);
  throw new UserError(
    `--where: expected options of the tasks, found "${typed}"${meant === undefined ? "." : `; did you mean ${meant}?`}`,
  );
}

/**
 * Checks that there is a folder.
 *
 * @param typed The folder as it was typed.
 * @throws {UserError} If there is none.
 */
async function checkFolder(path: string, typed: string): Promise<void> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (found?.isDirectory) return;
  const hint = found === undefined && typed.includes("=") ? `; did you mean --where ${typed}?` : ".";
  throw new UserError(
    `${path}: expected a folder with runs, found ${found === undefined ? "nothing" : "a file"}${hint}`,
  );
}

/** Whether a run's option has a value that was typed; names in any spelling that begins such a run. */
function hasValue(run: FoundRun, option: string, typed: string): boolean {
  const found = optionText(run, option);
  const { command } = TASKS.get(run.task)!;
  return found !== undefined && (found === typed || found === choiceNamed(command, option, typed));
}

/** An option of a run as it is typed; undefined if the run has no such option. */
function optionText({ options }: FoundRun, name: string): string | undefined {
  const value = options[name];
  return value === undefined ? undefined : Array.isArray(value) ? value.join() : `${value}`;
}

/** Says how the runs of comparisons and sweeps are listed. */
function unlooked([first, ...others]: readonly string[]): string {
  const more = others.length === 0 ? "" : ` and of ${counted(others.length, "other")}`;
  return `The runs of ${first}${more} are listed by deno task runs with that folder.`;
}

/** The name of a run in the table, or its path in the folder if that is another one than that of its task. */
function shownName({ path, task, name }: FoundRun, root: string): string {
  const place = relative(root, path);
  return ["", join(task, name)].includes(place) ? name : place;
}

/** @param root The folder in which the runs were found. */
function tableOf(runs: readonly FoundRun[], root: string): string[] {
  const heads = [
    ...["task", "name", "status", "field", "optimizer", "rate", "schedule"],
    ...["quality", "steps", "seconds", "MB"],
  ];
  const rows = runs.map((run) => {
    const { task, status, options, made, steps, summary, bytes } = run;
    const quality = qualityOf(run);
    const network = { activation: `${options.activation}`, encoding: optionText(run, "encoding") };
    return [
      task,
      shownName(run, root),
      status,
      networkName(network),
      `${options.optimizer}`,
      `${run.learningRate ?? ""}`,
      `${options.schedule}`,
      quality === undefined ? "" : `${fixed(quality.value, quality.digits)} ${quality.figure}`,
      made < steps ? `${made} of ${steps}` : `${made}`,
      typeof summary.seconds === "number" ? summary.seconds.toFixed(0) : "",
      (bytes / 1e6).toFixed(1),
    ];
  });
  return alignedRows([heads, ...rows], 8);
}

/** A run for programs. */
function record({ date, ...run }: FoundRun) {
  return { ...run, date: date.toISOString() };
}

/** A run as one row: its own columns, then its options and figures. */
function flatRecord(run: FoundRun): Record<string, unknown> {
  const { options, summary, ...own } = record(run);
  const prefixed = (prefix: string, values: object) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        `${prefix}.${name}`,
        typeof value === "object" ? JSON.stringify(value) : value,
      ]),
    );
  return { ...own, ...prefixed("option", options), ...prefixed("summary", summary) };
}

/** Removes runs, but for running ones, and says so. */
async function pruneRuns(runs: readonly FoundRun[], dryRun: boolean): Promise<void> {
  let bytes = 0;
  let count = 0;
  for (const run of runs) {
    if (run.status === "running") {
      console.log(`${run.path} is running and stays.`);
      continue;
    }
    if (!dryRun) await removeRun(run.path);
    console.log(`${run.path} ${dryRun ? "would be" : "was"} removed.`);
    bytes += run.bytes;
    count++;
  }
  const freed = `${(bytes / 1e6).toFixed(1)} MB`;
  const removed = dryRun ? "would be" : count === 1 ? "was" : "were";
  console.log(`${counted(count, "run")} with ${freed} ${removed} removed.`);
}
