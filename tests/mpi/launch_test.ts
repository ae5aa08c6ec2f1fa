import { assertEquals } from "@std/assert";
import { localRankOf } from "../../lib/mpi/launch.ts";

Deno.test("the number of a process on its machine is what mpirun or srun says, and 0 without them", () => {
  const numberIn = (variables: Record<string, string>) => localRankOf((variable) => variables[variable]);
  assertEquals(numberIn({}), 0);
  assertEquals(numberIn({ OMPI_COMM_WORLD_LOCAL_RANK: "3", SLURM_LOCALID: "0" }), 3);
  assertEquals(numberIn({ MPI_LOCALRANKID: "2", SLURM_LOCALID: "0" }), 2);
  assertEquals(numberIn({ SLURM_LOCALID: "1" }), 1);
  assertEquals(numberIn({ SLURM_LOCALID: "x" }), 0);
});
