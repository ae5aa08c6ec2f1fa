/** A kind of MPI library. */
export type MpiKind = "Open MPI" | "MPICH";

/** How this process was started, together with others. */
export interface Launch {
  /** The number of processes in the job. */
  readonly size: number;
  /** The kinds of MPI that can find the other processes, the likeliest first. */
  readonly kinds: readonly MpiKind[];
}

/** The variables of Open MPI, MPICH and Slurm. */
const LOCAL_RANKS = ["OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID"];

/**
 * How this process was started, by what `mpirun` and `srun` leave in the environment. Nothing of MPI is loaded for that.
 *
 * @param read Gives the value of an environment variable, or undefined.
 * @returns Undefined for a process that is alone.
 * @throws {Error} If `srun` started several processes without telling them of each other.
 */
export function launchOf(read: (variable: string) => string | undefined): Launch | undefined {
  const count = (text: string | undefined) => text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  const several = (size: number | undefined, kinds: readonly MpiKind[]) =>
    size !== undefined && size > 1 ? { size, kinds } : undefined;
  const ofOpenMpi = count(read("OMPI_COMM_WORLD_SIZE"));
  if (ofOpenMpi !== undefined) return several(ofOpenMpi, ["Open MPI"]);
  const ofPmi = count(read("PMI_SIZE"));
  if (ofPmi !== undefined) return several(ofPmi, ["MPICH", "Open MPI"]);
  const tasks = count(read("SLURM_STEP_NUM_TASKS"));
  if (read("PMIX_RANK") !== undefined) return several(tasks, ["Open MPI", "MPICH"]);
  if (tasks === undefined || tasks < 2) return undefined;
  throw new Error(
    `srun started ${tasks} processes without MPI: expected srun --mpi=pmix or --mpi=pmi2, which tell them of each other.`,
  );
}

/** The number of this process among those of the job on its machine, from 0, as `mpirun` and `srun` tell it; 0 where they do not. */
export function localRankOf(read: (variable: string) => string | undefined): number {
  const text = LOCAL_RANKS.map(read).find((value) => value !== undefined && /^\d{1,9}$/.test(value));
  return Number(text ?? 0);
}
