import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ranges } from "../../tasks/sweep/slurm/engine.ts";
import { ask } from "../../tasks/sweep/slurm/programs.ts";
import { UserError } from "../../tasks/shell/user_error.ts";
import { elementsIn, shownState } from "../../tasks/sweep/slurm/queue.ts";
import { outcome, readUntil, startTask } from "../support/process.ts";
import { slurm, slurmTest } from "../support/slurm.ts";
import { isUnderWay, processesWith, tableOf, until, writeFourRuns } from "../support/sweeps.ts";
import { smoothPng } from "../support/image_task.ts";
import { taskHere } from "../support/task_here.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

Deno.test("what the programs of Slurm print is understood", () => {
  assertEquals(ranges([1, 2, 3, 5, 7, 8]), "1-3,5,7-8");
  const listing = "12|3|RUNNING\n12|4|PENDING\n14|1|COMPLETING\n15|N/A\n";
  assertEquals([...elementsIn(listing)], [
    [3, { element: "12_3", place: "running" }],
    [4, { element: "12_4", place: "queued" }],
    [1, { element: "14_1", place: "running" }],
  ]);
  const line = (state: string, exit: string) =>
    `JobId=7 ArrayJobId=5 JobName=x JobState=${state} Reason=NonZeroExitCode Requeue=1 ExitCode=${exit} RunTime=00:00:02`;
  assertEquals(shownState(line("FAILED", "137:0")), "FAILED, exit code 137");
  assertEquals(shownState(line("FAILED", "0:9")), "FAILED, signal 9");
  assertEquals(shownState(line("CANCELLED", "0:15")), "CANCELLED, signal 15");
  assertEquals(shownState("slurm_load_jobs error"), undefined);
});

Deno.test("where there is no Slurm, one sentence says so", async () => {
  await assertRejects(
    () => ask("no-such-program", []),
    UserError,
    "--engine slurm: expected the programs of Slurm on the PATH, found no no-such-program.",
  );
});

slurmTest(
  "four runs by Slurm, of which one is killed, one preempted and one out of time, make the table of four runs here",
  () =>
    inFolder(async (folder) => {
      // Slurm takes seconds to preempt the last run.
      const spec = await writeFourRuns(folder, 600, 1200);
      const [here, there] = ["here", "there"].map((name) => join(folder, "runs", "sweep", name));
      const made = outcome(startTask("sweep", [spec, "--name", "here"], folder));
      const bySlurm = ["--engine", "slurm", "--partition", "usual", "--look-every", "1", "--jobs", "1"];
      const submitter = startTask("sweep", [spec, "--name", "there", ...bySlurm], folder);
      try {
        await disturb(there, submitter, join(folder, "p.png"));
        // The process that submitted has died, and another one collects.
        const resumed = await outcome(startTask("sweep", ["--resume", there], folder));
        assertEquals(resumed.code, 0, resumed.stderr);
        assertStringIncludes(resumed.stdout, "4 of 4 runs are finished.");
      } finally {
        const { jobName } = JSON.parse(await Deno.readTextFile(join(there, "sweep.json")));
        await slurm("scancel", `--name=${jobName}`);
      }
      for (const number of [2, 4]) assertStringIncludes(await logOf(there, number), "Stopped at step");
      assertEquals((await made).code, 0);
      assertEquals(await tableOf(there), await tableOf(here));
    }),
);

slurmTest(
  "two runs of a comparison by Slurm make its report; jobs that Slurm refuses leave nothing",
  () =>
    inFolder(async (folder) => {
      await Deno.writeFile(join(folder, "p.png"), smoothPng(16, 12));
      const tiny = ["--width", "8", "--layers", "1", "--size", "0", "--batch-size", "64", "--kernels", "register"];
      const pairs = ["--input", "p.png", "--activations", "sine", "--optimizers", "adam,muon", "--seeds", "1"];
      const command = [...pairs, ...tiny, "--epochs", "1", "--engine", "slurm", "--look-every", "1", "--name", "c"];
      const refused = await taskHere("compare", [...command, "--partition", "none"], folder);
      assertStringIncludes(refused.stderr, "error: Slurm refuses the jobs: ");
      assertEquals(namesIn(folder), ["p.png"]);
      const made = await outcome(startTask("compare", [...command, "--partition", "usual"], folder));
      assertEquals(made.code, 0, made.stderr);
      const table = await tableOf(join(folder, "runs", "compare", "c"));
      assertEquals(table.map(({ id, steps }) => [id, steps]), [["sine-adam-s0", "3"], ["sine-muon-s0", "3"]]);
    }),
);

/** Lets one run think that its time is up, kills another, preempts the third one, and then kills the process that submitted them. */
async function disturb(sweep: string, submitter: Deno.ChildProcess, input: string): Promise<void> {
  const names = ["2-epochs-600-seed-0", "3-epochs-600-seed-1", "4-epochs-1200-seed-2"];
  const underWay = (name: string) => until(name, () => isUnderWay(join(sweep, "runs", "image", name)));
  await underWay(names[0]);
  const { jobName } = JSON.parse(await Deno.readTextFile(join(sweep, "sweep.json")));
  const job = await slurm("squeue", "--array", `--name=${jobName}`, "--states=RUNNING", "--noheader", "--format=%F");
  // The signal that Slurm sends to the script before its time is up. The program sends it at once, may take ten seconds to return, and fails if
  // the job has ended meanwhile. That the run got it is seen in its log.
  const warned = slurm("scancel", "--signal=TERM", "--batch", `${job}_2`).catch(() => {});
  await underWay(names[1]);
  for (const process of await processesWith(input, names[1])) Deno.kill(process, "SIGKILL");
  await underWay(names[2]);
  await slurm("sbatch", "--partition=urgent", "--exclusive", "--output=/dev/null", "--wrap=true");
  await until("run 4 is preempted", async () => (await logOf(sweep, 4)).includes("PREEMPTION"));
  const told = await readUntil(submitter.stderr.getReader(), (text) => text.includes("started again"));
  assertMatch(told, new RegExp(`^${names[1]}: job \\d+_3: FAILED, exit code 137; it is started again`, "m"));
  await warned;
  submitter.kill("SIGKILL");
  await submitter.stdout.cancel();
  await submitter.status;
}

/** What a run printed. */
function logOf(sweep: string, number: number): Promise<string> {
  return Deno.readTextFile(join(sweep, "logs", `${number}.log`)).catch(() => "");
}
