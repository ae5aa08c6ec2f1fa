/**
 * MPI: the processes of a job that `mpirun` or `srun` started. The library of Open MPI or MPICH is loaded when a job is joined.
 *
 * @module
 */
export { type Launch, launchOf, localRankOf, type MpiKind } from "./launch.ts";
export { Communicator, joinMpi, type JoinOptions } from "./communicator.ts";
