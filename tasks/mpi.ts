/**
 * `mpirun -n R deno task mpi TASK …`: trains one field by several processes, each on a part of every batch.
 *
 * @module
 */
import { oneSays } from "./mpi/one_says.ts";
import { loadOwnFiles } from "./own/load_own_files.ts";
import { runTask } from "./shell/main.ts";

if (import.meta.main) {
  await runTask(async (args, signal) => {
    await oneSays(() => loadOwnFiles(args));
    // The options of tasks are made from the registries as they are now.
    const { runJob } = await import("./mpi/run_job.ts");
    await runJob(args, signal);
  });
}
