import { counted } from "../shell/counted.ts";
import type { RunResult } from "../sweep/conduct.ts";
import type { SweepManner } from "../sweep/record.ts";
import { finalSeconds } from "./pace.ts";
import type { RunRecord, Settings } from "./record.ts";
import { adaptersOf } from "./summary.ts";

/** What the notes are about. */
interface Noted {
  readonly settings: Settings;
  readonly how: SweepManner;
  readonly results: readonly RunResult[];
  /** The runs that have ended. */
  readonly runs: readonly RunRecord[];
}

/** What a reader has to know of runs that an engine has made: which failed, and whether their times can be compared. */
export function notesOn({ settings, how, results, runs }: Noted): string[] {
  const named = (state: RunResult["state"]) =>
    results.filter((each) => each.state === state).map(({ run, reason }) => `${run.name} (${reason})`).join(", ");
  const [failed, cancelled] = [named("failed"), named("cancelled")];
  const adapters = [...adaptersOf(runs)];
  const isShared = how.engine === "local" && (how.jobs ?? 1) > 1;
  const byTime = finalSeconds(settings) !== undefined;
  const advice = byTime ? " Their numbers of steps follow from these times; with --epochs they do not." : "";
  return [
    ...failed === "" ? [] : [`Failed: ${failed}.`],
    ...cancelled === "" ? [] : [`Cancelled: ${cancelled}.`],
    ...adapters.length < 2 ? [] : [
      `The runs were made on several devices: ${
        adapters.map(([name, count]) => `${name} (${counted(count, "run")})`).join(", ")
      }. Their training times are therefore not compared, and the results are those at the end of the runs.${advice}`,
    ],
    ...isShared
      ? [
        `Up to ${how.jobs} runs were made side by side on one machine and slowed one another down, so that their times are not reliable.${advice}`,
      ]
      : [],
  ];
}
