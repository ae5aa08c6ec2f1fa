import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { fileDevice } from "../support/device.ts";
import { mpiTest, startProcesses } from "../support/mpi.ts";
import { digestOf, trainings } from "../support/mpi_training.ts";
import { peersInOne } from "../support/peers.ts";
import { outcome } from "../support/process.ts";

const gpu = await fileDevice({ kernels: "register" });
const script = fromFileUrl(new URL("../support/mpi_training.ts", import.meta.url));

mpiTest(
  "three processes of MPI train as three in one process do, bit for bit, and as one alone up to rounding",
  async (launcher) => {
    const alone = await trainings(gpu);
    const [expected] = await Promise.all(peersInOne(3).map((peers) => trainings(gpu, peers)));
    const { code, stdout, stderr } = await outcome(startProcesses(launcher, 3, ["--no-check", "-A", script]));
    assertEquals(code, 0, stderr);
    assertEquals(stdout.trim().split("\n"), Array(3).fill(await digestOf(expected)));
    // What rounding may change in later steps is tested in tests/train/peers_test.ts.
    expected.forEach(({ losses: [first] }, i) => assert(Math.abs(first / alone[i].losses[0] - 1) < 2 ** -20));
  },
);
