import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { encodePly } from "../../mod.ts";
import { TASKS } from "../../tasks/registry.ts";
import { exists } from "../support/exists.ts";
import { smoothPng } from "../support/image_task.ts";
import { sphere } from "../support/meshes.ts";
import { mpiTask, mpiTest, startMpiTask } from "../support/mpi.ts";
import { outcome, readUntil, startTask } from "../support/process.ts";
import { taskHere } from "../support/task_here.ts";
import { taskFlags } from "../support/task_flags.ts";
import { inFolder } from "../support/temporary_folder.ts";
import { newestCheckpoint } from "../support/training_task.ts";

const scene = fromFileUrl(new URL("../../fixtures/scene/", import.meta.url));
const image = ["image", "p.png", "--width", "8", "--layers", "1", "--size", "0", "--kernels", "register"];
const readJson = async (run: string, file: string) => JSON.parse(await Deno.readTextFile(join(run, file)));

/** The records of a run's measurements. */
async function metricsOf(folder: string, task: string, name: string): Promise<Record<string, number>[]> {
  const text = await Deno.readTextFile(join(folder, "runs", task, name, "metrics.jsonl"));
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

mpiTest(
  "two processes train each kind of field as one does, and one of them prints and writes",
  (launcher) =>
    inFolder(async (folder) => {
      await Deno.writeFile(join(folder, "p.png"), smoothPng(16, 12));
      await Deno.writeFile(join(folder, "ball.ply"), encodePly(sphere(1, 12, 24)));
      const size = ["--width", "8", "--layers", "1", "--kernels", "register", "--epochs", "2"];
      const fewPoints = ["--points", "500", "--batch-size", "200", "--test-points", "2000", "--resolution", "16"];
      const fewRays = ["--samples", "4", "--rays", "1000", "--size", "12", "--test-views", "1"];
      const calls: [task: string, args: string[]][] = [
        ["image", ["p.png", ...size, "--size", "0", "--batch-size", "100", "--optimizer", "esgd"]],
        ["occupancy", ["ball.ply", ...size, ...fewPoints, "--optimizer", "adam"]],
        ["nerf", [scene, ...size, ...fewRays, "--optimizer", "adam"]],
      ];
      for (const [task, args] of calls) {
        const alone = await taskHere(task, [...args, "--name", "alone"], folder);
        assertEquals(alone.code, 0, alone.stderr);
        const { code, stdout, stderr } = await mpiTask(launcher, 2, [task, ...args, "--name", "both"], folder);
        assertEquals(code, 0, stderr);
        assertEquals(stdout.trim().split("\n").length, 1, stdout);
        assertEquals((await readJson(join(folder, "runs", task, "both"), "config.json")).processes, 2);
        const [expected, found] = [await metricsOf(folder, task, "alone"), await metricsOf(folder, task, "both")];
        assertEquals(found.map(({ step }) => step), expected.map(({ step }) => step));
        // A few steps of a well-conditioned run, in 32 bits.
        found.forEach(({ seconds: _, ...figures }, i) => {
          for (const [name, value] of Object.entries(figures)) {
            const difference = Math.abs(value - expected[i][name]);
            assert(difference <= 1e-4 * Math.abs(value), `${task}, ${name}: ${value}, expected ${expected[i][name]}`);
          }
        });
      }
    }),
);

mpiTest(
  "a job that is stopped ends at one step with a checkpoint, and goes on with another number of processes",
  (launcher) =>
    inFolder(async (folder) => {
      await Deno.writeFile(join(folder, "p.png"), smoothPng(16, 12));
      const args = [...image, "--batch-size", "64", "--name", "job"];
      const child = startMpiTask(launcher, 2, [...args, "--epochs", "1000000"], folder);
      const reader = child.stderr.getReader();
      await readUntil(reader, (text) => /step [1-9]/.test(text));
      // Open MPI passes SIGUSR2 on; MPICH passes SIGTERM on.
      child.kill(launcher.kind === "MPICH" ? "SIGTERM" : "SIGUSR2");
      const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), readUntil(reader, () => false)]);
      await child.status;
      const run = join(folder, "runs", "image", "job");
      const { step } = await newestCheckpoint(run);
      assertStringIncludes(
        stdout,
        `Stopped at step ${step}. To go on: mpirun -n 2 deno task mpi image --resume ${run}\n`,
        stderr,
      );
      const epochs = Math.ceil(step / 3) + 2;
      for (const [processes, further] of [[3, 0], [1, 2]] as const) {
        const resumed = ["image", "--resume", run, "--epochs", String(epochs + further)];
        const { code, stderr } = await mpiTask(launcher, processes, resumed, folder);
        assertEquals(code, 0, stderr);
        assertEquals((await readJson(run, "summary.json")).steps, 3 * (epochs + further));
        assertEquals((await newestCheckpoint(run)).step, 3 * (epochs + further));
      }
    }),
);

mpiTest(
  "a process that is killed ends the job, and the run goes on from its checkpoint",
  (launcher) =>
    inFolder(async (folder) => {
      await Deno.writeFile(join(folder, "p.png"), smoothPng(16, 12));
      // The first evaluation would come after minutes.
      const args = [...image, "--epochs", "1000000", "--batch-size", "64", "--name", "killed"];
      const child = startMpiTask(launcher, 2, args, folder);
      const reader = child.stderr.getReader();
      await readUntil(reader, (text) => /step [1-9]/.test(text));
      const run = join(folder, "runs", "image", "killed");
      const writer = await processOf(child.pid, 0);
      const killed = performance.now();
      Deno.kill(await processOf(child.pid, 1), "SIGKILL");
      const [stderr, { code }] = await Promise.all([
        readUntil(reader, () => false),
        child.status,
        new Response(child.stdout).text(),
      ]);
      assert(code !== 0);
      // The launcher may end before the process that writes the run.
      while (exists(`/proc/${writer}`)) {
        assert(performance.now() - killed < 30_000);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assertMatch(stderr, /signal 9|EXIT CODE: 9/);
      const { step } = await newestCheckpoint(run);
      const epochs = String(Math.ceil(step / 3) + 1);
      const resumed = await taskHere("image", ["--resume", run, "--epochs", epochs], folder);
      assertEquals(resumed.code, 0, resumed.stderr);
    }),
);

mpiTest("what a job cannot do is one sentence, told once", (launcher) =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "p.png"), smoothPng(16, 12));
    const refused = [
      [["imag"], `error: deno task mpi: expected one of ${[...TASKS.keys()].join(", ")}, found imag.`],
      [["image", "p.png", "--epochs", "0"], 'error: --epochs: expected an integer from 1 to 1000000000, found "0".'],
      [["image", "no.png"], "no.png: cannot be read: there is no such file or folder."],
      [
        ["image", "p.png", "--on-divergence", "rollback"],
        "error: --on-divergence rollback: expected one process, found",
      ],
    ] as const;
    for (const [args, sentence] of refused) {
      const { code, stdout, stderr } = await mpiTask(launcher, 2, args, folder);
      assertEquals([code, stdout], [1, ""], stderr);
      assertEquals(stderr.split("error: ").length, 2, stderr);
      assert(!/MPI_ABORT|MPI_Abort/.test(stderr), stderr);
      assertStringIncludes(stderr, sentence);
    }
  }));

Deno.test("a plain task that is one of several processes says how to start it", () =>
  inFolder(async (folder) => {
    for (const variable of ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"]) {
      const { code, stderr } = await outcome(startTask("image", ["p.png"], folder, { [variable]: "4" }));
      assertEquals(code, 1);
      assertStringIncludes(stderr, "expected mpirun -n 4 deno task mpi image …\n");
    }
  }));

Deno.test("deno task mpi may load the libraries of MPI only, and has the permissions of other tasks besides", () => {
  const flags = taskFlags("mpi", {
    INIT_CWD: "/caller",
    HOME: "/home",
    XDG_CACHE_HOME: "/cache",
    MPI_HOME: "/opt/mpi",
  });
  const [libraries, ...others] = flags.filter((flag) => flag.startsWith("--allow-ffi"));
  assertEquals(others, []);
  for (const path of libraries.slice("--allow-ffi=".length).split(",")) {
    assertMatch(path, /^\/(usr|opt)\/[\w/-]+\/lib(mpi|mpich)\.so\.\d+$/);
  }
  const image = taskFlags("image", { INIT_CWD: "/caller", HOME: "/home", XDG_CACHE_HOME: "/cache" });
  const without = flags.filter((flag) => !flag.startsWith("--allow-ffi"));
  assertEquals(without.map((flag, i) => flag.startsWith(image[i])), image.map(() => true));
});

/** The process with a rank among those that a launcher started. */
async function processOf(launcher: number, rank: number): Promise<number> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const variables = (await Deno.readTextFile(`/proc/${name}/environ`)).split("\0");
      const isRank = variables.includes(`OMPI_COMM_WORLD_RANK=${rank}`) || variables.includes(`PMI_RANK=${rank}`);
      if (isRank && await isBelow(Number(name), launcher)) return Number(name);
    } catch {
      // The process has ended, or is another user's.
    }
  }
  throw new Error(`There is no process of rank ${rank}.`);
}

async function isBelow(process: number, ancestor: number): Promise<boolean> {
  while (process > 1) {
    if (process === ancestor) return true;
    const status = await Deno.readTextFile(`/proc/${process}/status`);
    process = Number(/^PPid:\s*(\d+)/m.exec(status)![1]);
  }
  return false;
}
