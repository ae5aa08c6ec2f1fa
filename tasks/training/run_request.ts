import { checkNewRun, type NewRunOptions } from "../run/new_run.ts";
import { openRunFolder, resumeRunFolder } from "../run/open_run_folder.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { callerPath } from "../shell/caller_path.ts";
import { camelCase, type Command, optionSpelling } from "../shell/command.ts";
import type { FileOptions } from "../shell/option_error.ts";
import { parseOptions } from "../shell/options.ts";
import { runPath, runsFolder } from "../shell/run_path.ts";
import { UserError } from "../shell/user_error.ts";
import { withBestOptimizer } from "./auto_optimizer.ts";
import { Deadline } from "./deadline.ts";
import { withConfigFile, type WithFile } from "./config_file.ts";
import { EarlierRun } from "./earlier_run.ts";
import type { RecordedTask } from "./other_defaults.ts";
import { networkChoice } from "./network_choice.ts";
import type { RunLimits } from "./run_length.ts";
import { CHANGEABLE, CHANGEABLE_TEXT } from "./run_options.ts";
import type { Rollback } from "./rollback.ts";
import type { TaskValues } from "./task.ts";

/** What the command line of a training task asks for. */
export interface RunRequest<C extends Command> {
  /** All options of the run; those of the earlier run where one is resumed. */
  readonly asked: TaskValues<C>;
  /** The file that gave some of them, if one did. */
  readonly file?: FileOptions;
  /** The limits on the command line. */
  readonly limits: RunLimits;
  /** The time by which this process is to have ended. */
  readonly deadline?: Deadline;
  /** The run that is resumed. */
  readonly earlier?: EarlierRun<C>;
  /** Whether `--optimizer auto` chose the optimizer for this run. */
  readonly chosenHere: boolean;
  /** The rollbacks of the run so far, where the earlier run does not have them all. */
  readonly rollbacks?: readonly Rollback[];
  /** Where a new run is put. */
  readonly place: NewRunOptions;
}

/**
 * Reads the command line of a training task.
 *
 * @param writes Whether this process writes the run, and so locks the folder of one that is resumed.
 * @throws {UserError} If an option is invalid, the run that is to be resumed cannot be read, or the folder of a new run is in use.
 */
export async function readRunRequest<C extends Command>(
  task: RecordedTask<C>,
  args: readonly string[],
  writes = true,
): Promise<RunRequest<C>> {
  const line = parseOptions(args, task.command) as unknown as WithFile<C>;
  const { config: file, resume: resumed } = line.values;
  const isNew = file !== undefined && resumed === undefined;
  const { values: typed, given, from } = isNew ? await withConfigFile(task, callerPath(file), line) : line;
  const files = (task.command.positionals ?? []).map(({ name }) => name);
  const asked = withAbsolutePaths(typed, files);
  const { epochs, minutes, resume } = asked;
  const limits = { epochs, minutes };
  const deadline = Deadline.asked(asked.deadline);
  const root = resume === undefined ? runsFolder(asked.out) : callerPath("runs");
  const place = { root, task: task.name, name: asked.name };
  if (resume === undefined) {
    if (asked.conclude) throw new UserError("--conclude: expected --resume FOLDER beside it, found none.");
    const best = withBestOptimizer(task.name, { ...asked, ...networkChoice(asked) }, given);
    await checkNewRun(place);
    return {
      asked: { ...best, config: undefined, out: undefined },
      file: from,
      limits,
      deadline,
      chosenHere: asked.optimizer === "auto",
      place,
    };
  }
  const other = [...given].find((name) => name !== "resume" && !CHANGEABLE.map(camelCase).includes(name));
  if (other !== undefined) {
    const found = files.includes(other) ? `the argument ${other}` : optionSpelling(other);
    throw new UserError(`--resume may be given only with ${CHANGEABLE_TEXT}, but ${found} was given.`);
  }
  const limit = Object.entries(limits).find(([, value]) => value !== undefined)?.[0];
  if (asked.conclude && limit !== undefined) {
    throw new UserError(`--conclude makes no step, so --${limit} cannot be given with it.`);
  }
  const open = writes ? resumeRunFolder : openRunFolder;
  const earlier = await readEarlier(await open(runPath(resume)), task, asked.conclude);
  // Both limits are replaced together, so that the configuration tells what determined the run's end.
  const changed = epochs !== undefined || minutes !== undefined ? limits : {};
  const { onWriteError, onDivergence } = asked;
  const machine = {
    ...asked.software && { software: true },
    ...asked.adapter !== undefined && { adapter: asked.adapter },
    ...given.has("onWriteError") && { onWriteError },
    ...given.has("onDivergence") && { onDivergence },
  };
  // A deadline is that of one process.
  const values = { ...earlier.values, ...changed, ...machine, deadline: asked.deadline, conclude: asked.conclude };
  return { asked: values, file: earlier.file, limits, deadline, earlier, chosenHere: false, place };
}

/** Reads the run in a folder. If it cannot be continued, or concluded, another process may lock it. */
async function readEarlier<C extends Command>(
  folder: RunFolder,
  task: RecordedTask<C>,
  conclude: boolean,
): Promise<EarlierRun<C>> {
  try {
    const earlier = await EarlierRun.read(folder, task);
    if (conclude) await checkConcludes(folder);
    return earlier;
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

/** Checks that a run can be concluded without further steps. */
async function checkConcludes(folder: RunFolder): Promise<void> {
  const checkpoints = await folder.stepCheckpoints();
  const problem = checkpoints.every(({ step }) => step === 0)
    ? "expected a checkpoint of a run that has made steps, found none"
    : await folder.ending() === "diverged"
    ? "expected a run that has not diverged, found one that has"
    : undefined;
  if (problem !== undefined) throw new UserError(`${folder.path}: ${problem}.`);
}

/** Makes the paths of files absolute, so that a run can be resumed from any folder. */
function withAbsolutePaths<V extends object>(values: V, files: readonly string[]): V {
  const paths = Object.entries(values).filter(([name, value]) => files.includes(name) && value !== undefined);
  return { ...values, ...Object.fromEntries(paths.map(([name, path]) => [name, callerPath(path)])) };
}
