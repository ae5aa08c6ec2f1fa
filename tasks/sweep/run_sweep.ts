import { makeRuns } from "./make_runs.ts";
import { planLines, runLines } from "./plan.ts";
import { writeReport, writeTable } from "./report.ts";
import { readRequest } from "./request.ts";
import { headLines } from "./slurm/script.ts";

/** Milliseconds between two reports while runs are made; the table is written whenever one ends. */
const REPORT_INTERVAL = 60_000;

/**
 * Runs `deno task sweep`: makes a sweep, or goes on with one.
 *
 * @param args The command line.
 * @param signal Stops the runs of this machine, which write checkpoints; those of a cluster go on unless they are to be cancelled.
 */
export async function runSweep(args: readonly string[], signal: AbortSignal): Promise<void> {
  const request = await readRequest(args);
  const { path, record, runs } = request;
  console.log(planLines(record, runs, path).join("\n"));
  if (request.dryRun) {
    if (record.how.engine === "slurm") console.log(headLines(record).join("\n"));
    return console.log(runLines(record, runs).join("\n"));
  }
  let reported = performance.now();
  await makeRuns(request, {
    signal,
    collected: async (results, folder) => {
      await writeTable(record, folder, results);
      if (performance.now() - reported < REPORT_INTERVAL) return;
      await writeReport(record, folder, results);
      reported = performance.now();
    },
    ended: async (results, folder) => {
      const report = await writeReport(record, folder, results);
      if (!signal.aborted) console.log(report.join("\n"));
    },
  });
}
