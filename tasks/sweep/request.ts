import { basename, join } from "../../lib/std/path/mod.ts";
import { TASKS } from "../registry.ts";
import { checkSameSettings } from "../run/results_folder.ts";
import { checkName } from "../run/run_name.ts";
import { settingsName, shortName } from "../run/settings_name.ts";
import { commandText } from "../shell/command_text.ts";
import { parseOptions } from "../shell/options.ts";
import { runPath, runsFolder } from "../shell/run_path.ts";
import { taskCommand } from "../shell/task_command.ts";
import { UserError } from "../shell/user_error.ts";
import { command, type MannerValues } from "./command.ts";
import { mannerOf } from "./manner.ts";
import type { SweepRecord, SweepSettings } from "./record.ts";
import { checkRuns, runsOf, type SweepRun } from "./runs.ts";
import type { SlurmOptions } from "./slurm/options.ts";
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
  /** The command that goes on with it. */
  readonly again: string;
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
  return await requestFor(path, settings, {
    values,
    given,
    earlier,
    slurm: spec?.slurm,
    where: file ?? join(path, "sweep.json"),
    command: commandText("deno task sweep", args),
    again: taskCommand("sweep", path, ["--resume", path]),
  });
}

/** What a sweep is made of, besides its folder and its settings. */
interface RequestParts {
  readonly values: MannerValues & { readonly dryRun: boolean };
  /** The names of the options that were given. */
  readonly given: ReadonlySet<string>;
  /** What an earlier call has stored. */
  readonly earlier?: SweepRecord;
  /** What the file of the sweep asks of Slurm. */
  readonly slurm?: SlurmOptions;
  /** Where the settings come from, for messages. */
  readonly where: string;
  readonly command: string;
  readonly again: string;
}

/**
 * Asks for a sweep with these settings.
 *
 * @throws {UserError} If options of a run do not fit together, or the folder has a sweep with other settings.
 */
export async function requestFor(
  path: string,
  settings: SweepSettings,
  { values, given, earlier, slurm, where, command, again }: RequestParts,
): Promise<SweepRequest> {
  if (earlier !== undefined) checkSameSettings(path, earlier.settings, settings, "sweep");
  const runs = runsOf(settings);
  checkRuns(TASKS.get(settings.task)!, runs, where);
  const record: SweepRecord = {
    settings,
    command: earlier?.command ?? command,
    jobName: earlier?.jobName ?? `sweep-${crypto.randomUUID().slice(0, 8)}`,
    how: await mannerOf(values, { slurm, earlier: earlier?.how, given }),
  };
  return { path, record, runs, earlier, dryRun: values.dryRun, again };
}

/** A name that is derived from the file's name and the settings, so that the same command finds its sweep again. */
function defaultName(file: string, { settings }: Spec): Promise<string> {
  return settingsName(shortName(basename(file)) || "sweep", settings);
}
