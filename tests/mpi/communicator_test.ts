import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { launchOf } from "../../lib/mpi/mod.ts";
import { launchers, mpiTest, startProcesses } from "../support/mpi.ts";
import { outcome } from "../support/process.ts";

const script = fromFileUrl(new URL("../support/mpi_exchange.ts", import.meta.url));

mpiTest("three processes have the same sums in the order of their ranks, with every MPI", async () => {
  for (const launcher of launchers) {
    const { code, stdout, stderr } = await outcome(startProcesses(launcher, 3, ["--no-check", "-A", script]));
    assertEquals(code, 0, stderr);
    const results = stdout.trim().split("\n").map((line) => JSON.parse(line)).sort((a, b) => a.rank - b.rank);
    assertEquals(results.map(({ rank, size }) => [rank, size]), [[0, 3], [1, 3], [2, 3]]);
    for (const { sums, notANumber, least, text, bytes, ticks } of results) {
      const sum = (i: number) =>
        Math.fround([3, 4, 5].reduce((sum, divisor) => sum + Math.fround((i + 1) / divisor), 0));
      const expected = [[0], [0, 1], [0, 1, 2, 3, 4, 5, 6], [99_997, 99_998, 99_999]].map((each) => each.map(sum));
      assertEquals(sums, expected, launcher.kind);
      assertEquals(notANumber, "3,NaN,6");
      assertEquals(least, [8, -(2 ** 31)]);
      assertEquals(text, "from 0");
      assertEquals(bytes, [3_000_001, 7, 7]);
      // The event loop goes on while a process waits for the others.
      assert(ticks > 5, `${ticks} ticks`);
    }
  }
});

mpiTest("the mpirun of one MPI and the library of another are told apart", async () => {
  if (launchers.length < 2) return;
  const [{ program, options }] = launchers;
  // The variable hides from the processes that Open MPI started them.
  const pretending = { kind: launchers[0].kind, program, options: [...options, "-x", "OMPI_COMM_WORLD_SIZE="] };
  const code = `const { joinMpi } = await import(${JSON.stringify(new URL("../../lib/mpi/mod.ts", import.meta.url))});
    joinMpi({ size: 2, kinds: ["MPICH"] });`;
  const url = `data:text/javascript,${encodeURIComponent(code)}`;
  const { code: exit, stderr } = await outcome(startProcesses(pretending, 2, ["--no-check", "-A", url]));
  assert(exit !== 0);
  assertStringIncludes(stderr, "expected 2 processes, as many as were started, found 1");
});

Deno.test("how processes were started is read from the environment", () => {
  const launched = (variables: Record<string, string>) => launchOf((name) => variables[name]);
  assertEquals(launched({}), undefined);
  assertEquals(launched({ OMPI_COMM_WORLD_SIZE: "1", PMIX_RANK: "0" }), undefined);
  assertEquals(launched({ OMPI_COMM_WORLD_SIZE: "4", PMIX_RANK: "0" }), { size: 4, kinds: ["Open MPI"] });
  assertEquals(launched({ PMI_SIZE: "2" }), { size: 2, kinds: ["MPICH", "Open MPI"] });
  const slurm = { SLURM_STEP_NUM_TASKS: "8" };
  assertEquals(launched({ ...slurm, PMIX_RANK: "3" }), { size: 8, kinds: ["Open MPI", "MPICH"] });
  assertEquals(launched({ SLURM_STEP_NUM_TASKS: "1" }), undefined);
  assertThrows(() => launched(slurm), Error, "srun started 8 processes without MPI: expected srun --mpi=pmix or");
});

Deno.test("a library that cannot be found is one sentence", async () => {
  // Without the permission none is looked for.
  const code = `const { joinMpi } = await import(${JSON.stringify(new URL("../../lib/mpi/mod.ts", import.meta.url))});
    try { joinMpi({ size: 2, kinds: ["MPICH"] }); } catch (error) { console.log(error.message); }`;
  const url = `data:text/javascript,${encodeURIComponent(code)}`;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "--allow-read", url],
  });
  const { stdout } = await command.output();
  assertEquals(
    new TextDecoder().decode(stdout),
    "This process is one of several, but MPI was not found: expected libmpich.so.12 (MPICH) or libmpi.so.12 (MPICH) in the usual " +
      "folders or in MPI_HOME/lib. On Debian: apt-get install libopenmpi3, or libmpich12.\n",
  );
});
