import { basename, join } from "../../lib/std/path/mod.ts";
import { TASKS } from "../registry.ts";
import { readUserJson } from "../run/json.ts";
import { checkSameSettings } from "../run/results_folder.ts";
import { checkName } from "../run/run_name.ts";
import { settingsName, shortName } from "../run/settings_name.ts";
import { callerPath } from "../shell/caller_path.ts";
import { camelCase } from "../shell/command.ts";
import { commandText } from "../shell/command_text.ts";
import { parseOptions } from "../shell/options.ts";
import { runPath, runsFolder } from "../shell/run_path.ts";
import { checkShape, type Shape } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { command, SLURM_OPTIONS, type SweepValues } from "./command.ts";
import type { SweepManner, SweepRecord } from "./record.ts";
import { checkRuns, runsOf, type SweepRun } from "./runs.ts";
import { SLURM_MEMBERS, type SlurmOptions, slurmShape } from "./slurm/options.ts";
import { readSpec, type Spec } from "./spec.ts";
import { SweepFolder } from "./store.ts";

/** What the command line asks for. */
export interface SweepRequest {
  readonly path: string;
  readonly record: SweepRecord;
  readonly runs: readonly SweepRun[];
  /** What an earlier call of this sweep has stored. */
  readonly earlier?: SweepRecord;
  readonly dryRun: boolean;
}

/**
 * Reads the command line and the file of a sweep, or what an earlier call has stored.
 *
 * @throws {UserError} If an option or an entry of the file is invalid, options of a run do not fit together, or a sweep of this name has
 * other settings.
 */
export async function readRequest(args: readonly string[]): Promise<SweepRequest> {
  const { values, given } = parseOptions(args, command);
  const { spec: file, resume } = values;
  if ((file === undefined) === (resume === undefined)) {
    throw new UserError(
      `deno task sweep: expected either a JSON file or --resume, found ${file === undefined ? "neither" : "both"}.`,
    );
  }
  const placing = (["name", "out"] as const).find((option) => values[option] !== undefined);
  if (resume !== undefined && placing !== undefined) {
    throw new UserError(
      `--${placing}: expected it beside a JSON file, found it beside --resume, whose folder ${
        placing === "name" ? "has its name" : "stays where it is"
      }.`,
    );
  }
  const spec = file === undefined ? undefined : await readSpec(file);
  const path = spec === undefined
    ? runPath(resume!)
    : join(runsFolder(values.out), "sweep", checkName("name", values.name ?? await defaultName(file!, spec)));
  const earlier = await SweepFolder.readRecord(path);
  const settings = spec?.settings ?? earlier?.settings;
  if (settings === undefined) throw new UserError(`${path}: expected a sweep to resume, found none.`);
  if (earlier !== undefined) checkSameSettings(path, earlier.settings, settings, "sweep");
  const runs = runsOf(settings);
  checkRuns(TASKS.get(settings.task)!, runs, file ?? join(path, "sweep.json"));
  const how = await mannerOf(values, { spec, earlier: earlier?.how, given });
  const record: SweepRecord = {
    settings,
    command: earlier?.command ?? commandText("deno task sweep", args),
    jobName: earlier?.jobName ?? `sweep-${crypto.randomUUID().slice(0, 8)}`,
    how,
  };
  return { path, record, runs, earlier, dryRun: values.dryRun };
}

/** A name that is derived from the file's name and the settings, so that the same command finds its sweep again. */
function defaultName(file: string, { settings }: Spec): Promise<string> {
  return settingsName(shortName(basename(file)) || "sweep", settings);
}

/** How the runs are made: as the command line says, then the files, then an earlier call. */
async function mannerOf(
  values: SweepValues,
  { spec, earlier, given }: { spec?: Spec; earlier?: SweepManner; given: ReadonlySet<string> },
): Promise<SweepManner> {
  const engine = values.engine ?? earlier?.engine ?? "local";
  const slurmOnly = [...SLURM_OPTIONS.map(({ name }) => name), "slurm-config", "look-every", "cancel-on-stop"];
  const other = slurmOnly.find((name) => given.has(camelCase(name)));
  if (engine === "local" && other !== undefined) {
    throw new UserError(`--${other}: expected --engine slurm beside it, found --engine local.`);
  }
  const before = earlier?.engine === engine ? earlier : undefined;
  return {
    engine,
    jobs: values.jobs ?? before?.jobs ?? (engine === "local" ? 1 : undefined),
    retries: values.retries ?? earlier?.retries ?? 2,
    lookEvery: values.lookEvery ?? earlier?.lookEvery ?? 10,
    cancelOnStop: values.cancelOnStop,
    slurm: { ...earlier?.slurm, ...await configured(values.slurmConfig), ...spec?.slurm, ...typedOptions(values) },
  };
}

/** What a file says about a cluster. */
async function configured(file: string | undefined): Promise<SlurmOptions> {
  return file === undefined ? {} : checkShape(await readUserJson(callerPath(file), file), slurmShape, file);
}

/** What the command line asks of Slurm. */
function typedOptions(values: SweepValues): SlurmOptions {
  const typed = values as unknown as Record<string, unknown>;
  const names = SLURM_OPTIONS.map(({ name }) => name as keyof SlurmOptions).filter((name) => typed[name] !== undefined);
  for (const name of names) checkShape(typed[name], SLURM_MEMBERS[name] as Shape<unknown>, `--${name}`);
  return Object.fromEntries(names.map((name) => [name, typed[name]]));
}
