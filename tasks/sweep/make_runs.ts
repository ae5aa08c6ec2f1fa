import { ProgressLine } from "../shell/progress.ts";
import { projectFile } from "../shell/project_file.ts";
import { checkSameInputs, inputHashes } from "../training/input_hashes.ts";
import { TASKS } from "../registry.ts";
import { UserError } from "../shell/user_error.ts";
import { Conductor, type RunResult } from "./conduct.ts";
import type { Engine } from "./engine.ts";
import { LocalEngine } from "./local_engine.ts";
import type { SweepRecord } from "./record.ts";
import type { SweepRequest } from "./request.ts";
import { SlurmEngine } from "./slurm/engine.ts";
import type { SweepRun } from "./runs.ts";
import { SweepFolder } from "./store.ts";

/** Who wants the runs. */
interface Making {
  /** Stops the runs of this machine, which write checkpoints; those of a cluster go on unless they are to be cancelled. */
  readonly signal: AbortSignal;
  /** Called at the beginning, and whenever runs have ended. */
  readonly collected: (results: readonly RunResult[], folder: SweepFolder) => Promise<void>;
  /** Called at the end, also if the signal has stopped the runs. */
  readonly ended: (results: readonly RunResult[], folder: SweepFolder) => Promise<void>;
}

/**
 * Makes the runs of a sweep that are not finished yet.
 *
 * @throws {UserError} If runs failed, at the end; the message says which and why.
 */
export async function makeRuns(request: SweepRequest, how: Making): Promise<void> {
  const { path, runs } = request;
  // Runs are started by the tasks of a clone; without one nothing is written.
  projectFile("deno.json", "deno task sweep");
  await checkNotElsewhere(request);
  const record = { ...request.record, inputHashes: await hashesOf(request) };
  const folder = await SweepFolder.open(path);
  using _lock = await folder.lock();
  await folder.writeRecord(record);
  const engine = engineOf(record, runs, folder);
  const results = await make(request, { folder, engine, how });
  await how.ended(results, folder);
  checkFailures(results, folder);
}

/** The hashes of a sweep's inputs, which are to be those that it began with. */
async function hashesOf({ path, record: { settings }, earlier }: SweepRequest): Promise<readonly string[]> {
  const paths = settings.inputs.flatMap((input) => input.paths);
  const hashes = await inputHashes(paths, TASKS.get(settings.task)!);
  checkSameInputs(path, earlier?.inputHashes, { paths, hashes });
  return hashes;
}

/** Makes the runs. Whatever happens, none goes on that is to end with this process. */
async function make(
  { record, runs, again }: SweepRequest,
  { folder, engine, how }: { folder: SweepFolder; engine: Engine; how: Making },
): Promise<readonly RunResult[]> {
  const { settings: { task }, how: { retries } } = record;
  const { signal } = how;
  using progress = new ProgressLine();
  const collected = (results: readonly RunResult[]) => how.collected(results, folder);
  const conductor = new Conductor({ task, runs, folder, engine, retries, progress, signal, collected });
  try {
    await conductor.conduct();
  } catch (error) {
    // Ctrl-C ends the programs of Slurm too.
    if (!signal.aborted) {
      if (await isUnused(conductor, engine)) await folder.discard();
      throw error;
    }
  } finally {
    const goingOn = await engine.stop(signal.aborted);
    progress.finish();
    if (signal.aborted) {
      const what = goingOn === undefined ? "Stopped." : `Stopped; ${goingOn}.`;
      console.log(`${what} To continue, give the same command again, or: ${again}`);
    }
  }
  if (signal.aborted) await conductor.review();
  return conductor.results;
}

/** Whether nothing could be submitted. A submission that failed may have arrived all the same. */
async function isUnused({ hasStarted, hasTried }: Conductor, engine: Engine): Promise<boolean> {
  if (hasStarted || !hasTried) return !hasStarted;
  const places = await engine.places().catch(() => undefined);
  return places?.size === 0;
}

function engineOf(record: SweepRecord, runs: readonly SweepRun[], folder: SweepFolder): Engine {
  const { settings: { task }, how } = record;
  return how.engine === "local"
    ? new LocalEngine({ folder, task, runs, jobs: how.jobs ?? 1 })
    : new SlurmEngine({ folder, record, runs });
}

/** Checks that the runs of a sweep that goes on here are not in a cluster's queue. */
async function checkNotElsewhere({ path, record, earlier, runs }: SweepRequest): Promise<void> {
  if (record.how.engine !== "local" || earlier?.how.engine !== "slurm") return;
  const engine = new SlurmEngine({ folder: await SweepFolder.open(path), record: earlier, runs });
  const { size } = await engine.places();
  if (size === 0) return;
  throw new UserError(
    `${path}: expected --engine slurm, because ${size} of its runs ${
      size === 1 ? "is" : "are"
    } in Slurm's queue; to end them: scancel --name=${record.jobName}`,
  );
}

/** Says which runs failed. */
function checkFailures(results: readonly RunResult[], folder: SweepFolder): void {
  const failed = results.filter(({ state }) => state === "failed" || state === "cancelled");
  if (failed.length === 0) return;
  const names = failed.map(({ run, reason }) => `${run.name} (${reason})`);
  throw new UserError(
    `${failed.length} of ${results.length} runs failed: ${
      names.join(", ")
    }; ${folder.path}/logs has what they printed. ` +
      "The same command starts them again.",
  );
}
