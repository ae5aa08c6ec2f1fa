import { assertEquals } from "@std/assert";
import { ranges } from "../../tasks/sweep/slurm/engine.ts";
import { elementsIn, shownState } from "../../tasks/sweep/slurm/queue.ts";

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
