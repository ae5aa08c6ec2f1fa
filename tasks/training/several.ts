import { readEnv } from "../../lib/gpu/env.ts";
import { takeOwnGpu } from "../../lib/gpu/adapter_choice.ts";
import { launchOf, localRankOf } from "../../lib/mpi/launch.ts";
import type { AdapterDescription } from "../../lib/gpu/adapter_description.ts";
import { type Peers, sharedValue } from "../../lib/train/peers.ts";
import { adaptersIn } from "../shell/device_options.ts";
import { UserError } from "../shell/user_error.ts";

/**
 * Checks that a process which joined no others is alone. Without this, all processes of `mpirun deno task image` would write to the
 * same run.
 *
 * @throws {UserError} If it is one of several.
 */
export function checkAlone(task: string): void {
  const launch = launchOf(readEnv);
  if (launch === undefined) return;
  const { size } = launch;
  throw new UserError(
    `deno task ${task} is one of ${size} processes, which it cannot join because it may not load MPI: ` +
      `expected mpirun -n ${size} deno task mpi ${task} …`,
  );
}

/**
 * Checks that all processes compute on the same kind of adapter, so that they make the same updates bit for bit.
 *
 * @throws {UserError} If this process computes on another than process 0.
 */
export async function checkSameAdapter(peers: Peers, { name }: AdapterDescription): Promise<void> {
  const first = await sharedValue(peers, name);
  if (name === first) return;
  throw new UserError(
    `Process ${peers.rank} computes on "${name}": expected "${first}", the adapter of process 0, because all must make the same ` +
      "updates bit for bit.",
  );
}

/** Checks that what is asked for can be done by several processes. */
export function checkForSeveral(
  { onDivergence, adapter }: { readonly onDivergence: string; readonly adapter?: string },
): void {
  if (adapter !== undefined) adaptersIn(adapter);
  if (onDivergence !== "rollback") return;
  throw new UserError("--on-divergence rollback: expected one process, found several: use --on-divergence stop.");
}

/**
 * The adapter that this process of a job takes: the processes of a machine take those that are asked for in turn, or else each another one of
 * several equal GPUs.
 *
 * @param asked One or more, separated by commas.
 */
export function ownAdapter(asked: string | undefined): string | undefined {
  const place = localRankOf(readEnv);
  if (asked === undefined) {
    takeOwnGpu(place);
    return undefined;
  }
  const adapters = adaptersIn(asked);
  return adapters[place % adapters.length];
}
