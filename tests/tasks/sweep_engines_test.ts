import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { FolderLock } from "../../tasks/run/folder_lock.ts";
import type { ProgressLine } from "../../tasks/shell/progress.ts";
import { Conductor } from "../../tasks/sweep/conduct.ts";
import type { Ending, Engine, Place } from "../../tasks/sweep/engine.ts";
import { LocalEngine } from "../../tasks/sweep/local_engine.ts";
import { SlurmEngine } from "../../tasks/sweep/slurm/engine.ts";
import { SweepFolder } from "../../tasks/sweep/store.ts";
import { outcome, startTask } from "../support/process.ts";
import { Deadline } from "../../tasks/training/deadline.ts";
import { runsNumbered, slurmRecord, withPrograms } from "../support/sweep_fakes.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

Deno.test("jobs submitted since the last look are stopped with the sweep, and none is submitted anew that Slurm still has", () =>
  inFolder(async (folder) => {
    const runs = runsNumbered(3);
    const path = await SweepFolder.open(join(folder, "s"));
    const programs = {
      sbatch: "echo 12",
      // After scancel, one of the jobs still writes its checkpoint for a moment.
      squeue:
        `[ ! -e ${folder}/cancelled ] || [ -e ${folder}/looked ] || { touch ${folder}/looked; echo "12|1|COMPLETING"; }`,
      scancel: `echo "$@" > ${folder}/cancelled`,
      scontrol: 'case $4 in 12_1) s=RUNNING;; 12_2) s=PENDING;; *) s=CANCELLED;; esac; echo "JobState=$s ExitCode=0:0"',
    };
    await withPrograms(folder, programs, async () => {
      const going = new SlurmEngine({ folder: path, record: slurmRecord(), runs });
      await going.start(runs.slice(0, 1));
      assertEquals(await going.stop(true), "1 run goes on in Slurm's queue");
      const cancelling = new SlurmEngine({ folder: path, record: slurmRecord(true), runs });
      await cancelling.places();
      await cancelling.start(runs);
      assertEquals(await Promise.all(runs.map((run) => cancelling.ending(run))), [
        "running",
        "queued",
        { reason: "job 12_3: CANCELLED", kind: "cancelled" },
      ]);
      assertEquals(await cancelling.stop(true), "3 jobs are cancelled");
      assert(namesIn(folder).includes("looked"));
      assertEquals([...(await cancelling.places()).keys()], []);
      assertEquals(await Deno.readTextFile(join(folder, "cancelled")), "12_1 12_2 12_3\n");
    });
  }));

Deno.test("variables that stand for options of Slurm's programs do not reach them, and all others do", () =>
  inFolder(async (folder) => {
    const variables = { SBATCH_JOB_NAME: "mine", SQUEUE_STATES: "FAILED", SLURM_CONF: "/etc/slurm.conf" };
    const script = fromFileUrl(new URL("../../tasks/sweep/slurm/programs.ts", import.meta.url));
    const code = `const { ask } = await import("file://${script}"); console.log((await ask("sbatch", [])).stdout)`;
    const shown = await withPrograms(
      folder,
      { sbatch: "env" },
      () => new Deno.Command(Deno.execPath(), { args: ["eval", code], env: variables }).output(),
    );
    const lines = new TextDecoder().decode(shown.stdout).split("\n");
    assertEquals(lines.filter((line) => /^(SBATCH|SQUEUE|SLURM)_/.test(line)), ["SLURM_CONF=/etc/slurm.conf"]);
    assert(lines.some((line) => line.startsWith("PATH=")));
  }));

/** An engine that sees runs for a few looks and says how they ended; it notes what it is to start. */
class ScriptedEngine implements Engine {
  readonly started: number[] = [];

  constructor(readonly looks: ReadonlyMap<number, Place>[], readonly end: Ending | Place) {}

  start(runs: readonly { number: number }[]): Promise<void> {
    this.started.push(...runs.map(({ number }) => number));
    return Promise.resolve();
  }

  places(): Promise<ReadonlyMap<number, Place>> {
    return Promise.resolve(this.looks.shift() ?? new Map());
  }

  ending(): Promise<Ending | Place> {
    return Promise.resolve(this.end);
  }

  wait(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

/** Conducts a sweep of one run. Returns the engine, the run's result and what was printed. */
async function conducted(folder: string, engine: ScriptedEngine, signal = new AbortController().signal) {
  const printed: string[] = [];
  const progress = { print: (line: string) => printed.push(line), update: () => {} } as unknown as ProgressLine;
  const conductor = new Conductor({
    ...{ task: "image", runs: runsNumbered(1), folder: await SweepFolder.open(folder), engine, retries: 1 },
    ...{ progress, signal, collected: () => Promise.resolve() },
  });
  await conductor.conduct();
  return { result: conductor.results[0], printed };
}

Deno.test("a run of an earlier call that is cancelled is not submitted again, and one that is killed has had one try", () =>
  inFolder(async (folder) => {
    const seen = () => [new Map([[1, "running" as const]])];
    const cancelled = new ScriptedEngine(seen(), { reason: "job 12_1: CANCELLED", kind: "cancelled" });
    const { result, printed } = await conducted(join(folder, "cancelled"), cancelled);
    assertEquals([result.state, result.reason, cancelled.started], ["cancelled", "job 12_1: CANCELLED", []]);
    const what = (sweep: string) => `What it printed is in ${join(folder, sweep, "logs", "1.log")}`;
    assertEquals(printed, [`1-run: job 12_1: CANCELLED. ${what("cancelled")}`]);

    const killed = new ScriptedEngine(seen(), { reason: "its process ended", kind: "failed" });
    const failed = await conducted(join(folder, "killed"), killed);
    assertEquals([failed.result.state, killed.started], ["failed", [1]]);
    assertEquals(failed.printed, [
      `1-run: its process ended; it is started again. ${what("killed")}`,
      `1-run: its process ended. ${what("killed")}`,
    ]);
  }));

Deno.test("a run whose folder has lost its config.json fails with one sentence and is not tried again", () =>
  inFolder(async (folder) => {
    const run = join(folder, "runs", "image", "1-run");
    await Deno.mkdir(join(run, "checkpoints"), { recursive: true });
    await Deno.writeTextFile(join(run, "checkpoints", "step-3.safetensors"), "");
    const engine = new ScriptedEngine([], { reason: "exit code 1", kind: "failed" });
    const { result, printed } = await conducted(folder, engine);
    const reason = `its folder has no config.json; to train it anew, delete ${run}`;
    assertEquals([result.state, result.reason, engine.started, printed], ["failed", reason, [], [`1-run: ${reason}`]]);
  }));

Deno.test("the reason of a failure is the last error in what the run printed since it was started", () =>
  inFolder(async (folder) => {
    await SweepFolder.open(folder);
    const log = join(folder, "logs", "1.log");
    await Deno.writeTextFile(log, "error: an older one.\n");
    const says = (text: string) =>
      new class extends ScriptedEngine {
        override start(runs: readonly { number: number }[]): Promise<void> {
          Deno.writeTextFileSync(log, text, { append: true });
          return super.start(runs);
        }
      }([], { reason: "exit code 1", kind: "failed" });
    const { result } = await conducted(folder, says("step 1\nerror: a first one.\nerror: p.png: no picture.\nend\n"));
    assertEquals(result.reason, "exit code 1: p.png: no picture");
    assertEquals((await conducted(folder, says("killed\n"))).result.reason, "exit code 1");
    // A deadline that leaves no time for the first step would not do so the next time either.
    const hopeless = says(`error: ${new Deadline("1s", 1).before(1).reason.message}\n`);
    const refused = await conducted(folder, hopeless);
    assertEquals([refused.result.state, hopeless.started], ["failed", [1]]);
    assertStringIncludes(refused.result.reason!, "exit code 1: --deadline 1s: expected time for at least one step");
  }));

Deno.test("a sweep that is stopped here says that a run of an earlier call goes on", () =>
  inFolder(async (folder) => {
    const runs = runsNumbered(2);
    const sweep = await SweepFolder.open(folder);
    const run = sweep.runPath("image", runs[0]);
    await Deno.mkdir(run, { recursive: true });
    const engine = new LocalEngine({ folder: sweep, task: "image", runs, jobs: 1 });
    {
      using _lock = await FolderLock.take(run, "is training");
      assertEquals(await engine.stop(), "1 run goes on that an earlier call started");
    }
    assertEquals(await engine.stop(), undefined);
  }));

Deno.test("a submission that Slurm refuses leaves nothing, and a folder that was there before stays", () =>
  inFolder(async (folder) => {
    const spec = join(folder, "s.json");
    await Deno.writeTextFile(spec, JSON.stringify({ task: "image", grid: { seed: [0, 1] } }));
    const bin = join(folder, "bin");
    await Deno.mkdir(bin);
    const programs = { sbatch: 'echo "error: invalid partition: nowhere" >&2; exit 1', squeue: "true" };
    await withPrograms(bin, programs, async () => {
      const refused = async () => {
        const args = [spec, "--name", "s", "--engine", "slurm", "--partition", "nowhere"];
        const { code, stderr } = await outcome(startTask("sweep", args, folder, { PATH: Deno.env.get("PATH")! }));
        assertEquals(code, 1);
        assertStringIncludes(stderr, "error: Slurm refuses the jobs: error: invalid partition: nowhere.\n");
      };
      await refused();
      assertEquals(namesIn(folder), ["bin", "s.json"]);
      await Deno.mkdir(join(folder, "runs", "sweep", "s"), { recursive: true });
      await refused();
      assert(namesIn(join(folder, "runs", "sweep", "s")).includes("sweep.json"));
      await Deno.remove(join(folder, "runs"), { recursive: true });
      await Deno.writeTextFile(join(bin, "squeue"), '#!/bin/sh\necho "no controller" >&2; exit 1\n');
      const { stderr } = await outcome(
        startTask("sweep", [spec, "--engine", "slurm"], folder, { PATH: Deno.env.get("PATH")! }),
      );
      assertStringIncludes(stderr, "error: squeue: no controller.\n");
      assertEquals(namesIn(folder), ["bin", "s.json"]);
    });
  }));
