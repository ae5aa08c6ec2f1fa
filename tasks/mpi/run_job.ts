import { readEnv } from "../../lib/gpu/env.ts";
import { type Communicator, joinMpi } from "../../lib/mpi/communicator.ts";
import { launchOf } from "../../lib/mpi/launch.ts";
import { DivergenceError } from "../../lib/train/divergence.ts";
import type { Peers } from "../../lib/train/peers.ts";
import { TASKS } from "../registry.ts";
import { oneSays, PATIENCE } from "./one_says.ts";
import { camelCase } from "../shell/command.ts";
import { HelpRequest } from "../shell/help.ts";
import { isAbort, reportError } from "../shell/main.ts";
import { silence } from "../shell/output.ts";
import { withFileOptions } from "../shell/option_error.ts";
import { UserError } from "../shell/user_error.ts";
import { checkSettings } from "../training/check_settings.ts";
import { readRunRequest } from "../training/run_request.ts";
import { runTraining } from "../training/run_training.ts";
import { checkForSeveral } from "../training/several.ts";
import type { TrainingTask } from "../training/task.ts";

const HELP = `Usage: mpirun -n R deno task mpi TASK [arguments and options of deno task TASK]

Trains one field by R processes, each of which computes a part of every batch: ${
  [...TASKS.keys()].join(", ")
}. Process 0
prints and writes the run. Without mpirun or srun the task trains as deno task TASK does. See docs/scale.md.

Examples:
  mpirun -n 2 deno task mpi image photo.jpg --batch-size 65536
  mpirun -n 4 deno task mpi nerf --resume runs/nerf/fern`;

/** Trains in this process, together with those that were started with it. */
export async function runJob(args: readonly string[], signal: AbortSignal): Promise<void> {
  const launch = launchOf(readEnv);
  if (launch === undefined) return await runNamed(args, signal);
  await checkFirst(args);
  const peers = joinMpi(launch, { home: readEnv("MPI_HOME") });
  const speak = peers.rank === 0 ? () => {} : silence();
  try {
    await runNamed(args, signal, peers);
  } catch (error) {
    return await endJob(peers, error, signal, speak);
  }
  await peers.finish();
}

/** Refuses what is wrong at the command line before MPI is joined, so that the job ends without being aborted. One process of a machine says it. */
async function checkFirst(args: readonly string[]): Promise<void> {
  await oneSays(async () => {
    const [task, words] = namedTask(args);
    const { asked, file } = await readRunRequest(task, words, false);
    checkForSeveral(asked);
    withFileOptions(file, () => checkSettings(task, asked));
    for (const { name } of task.command.positionals ?? []) {
      const path = asked[camelCase(name) as keyof typeof asked] as string | undefined;
      if (path !== undefined) await checkExists(path);
    }
  });
}

async function checkExists(path: string): Promise<void> {
  await Deno.stat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) {
      throw new UserError(`${path}: cannot be read: there is no such file or folder.`);
    }
  });
}

/** Runs the task that the first argument names. */
async function runNamed(args: readonly string[], signal: AbortSignal, peers?: Peers): Promise<void> {
  const [task, words] = namedTask(args);
  await runTraining(task, words, signal, peers);
}

/** The task that the first argument names, and its arguments. */
function namedTask([name, ...args]: readonly string[]): [task: TrainingTask, args: readonly string[]] {
  if (name === "-h" || name === "--help") throw new HelpRequest(HELP);
  const task = name === undefined ? undefined : TASKS.get(name);
  if (task === undefined) {
    throw new UserError(`deno task mpi: expected one of ${[...TASKS.keys()].join(", ")}, found ${name ?? "none"}.`);
  }
  const shown = ["mesh", "points"].find((word) => word === args[0]) ??
    args.find((word) => word === "render" || word === "--show-cameras");
  if (shown !== undefined) throw new UserError(`deno task mpi ${name}: expected training, found ${shown}.`);
  return [task, args];
}

/** Ends all processes because of an error in this one. */
async function endJob(peers: Communicator, error: unknown, signal: AbortSignal, speak: () => void): Promise<never> {
  const { rank, size } = peers;
  if (rank > 0) {
    // All processes diverge at the same step, and process 0 still writes the run's summary.
    if (error instanceof DivergenceError) await peers.least(0);
    // The same mistake at the command line is found by all, and process 0 tells it.
    await new Promise((resolve) => setTimeout(resolve, PATIENCE));
  }
  if (isAbort(error, signal)) return peers.abort(130);
  speak();
  if (rank > 0) console.error(`Process ${rank} of ${size} ends the job:`);
  return peers.abort(reportError(error));
}
