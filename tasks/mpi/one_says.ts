import { readEnv } from "../../lib/gpu/env.ts";
import { localRankOf } from "../../lib/mpi/launch.ts";
import { HelpRequest } from "../shell/help.ts";
import { silence } from "../shell/output.ts";

/** So long a process waits before it tells an error that process 0 may have too, in milliseconds. */
export const PATIENCE = 3000;

/** Does what all processes of a job do alike before MPI is joined. If it fails, one process of a machine says why. */
export async function oneSays(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (localRankOf(readEnv) > 0) {
      silence();
      // The first process that ends with an error ends the others, and should be the one that has said it.
      if (!(error instanceof HelpRequest)) await new Promise((resolve) => setTimeout(resolve, PATIENCE));
    }
    throw error;
  }
}
