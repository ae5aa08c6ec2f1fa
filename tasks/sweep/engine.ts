import { counted } from "../shell/counted.ts";
import type { SweepRun } from "./runs.ts";

/** Where a run is that has not ended. */
export type Place = "queued" | "running";

/** How the last try of a run ended that is not finished. */
export interface Ending {
  readonly reason: string;
  /** Whether it failed, was cancelled by somebody, who does not want it again, made room for something more urgent, or ended by itself. */
  readonly kind: "failed" | "cancelled" | "preempted" | "ended";
}

/** What makes the runs of a sweep. */
export interface Engine {
  /** Starts runs, or goes on with those that have a folder. */
  start(runs: readonly SweepRun[]): Promise<void>;
  /** Where the sweep's runs are that have not ended, by their numbers; those of an earlier call too. */
  places(): Promise<ReadonlyMap<number, Place>>;
  /** How the last try of a run ended, or where the run is if it has not ended after all. */
  ending(run: SweepRun): Promise<Ending | Place>;
  /** Waits until something may have changed, or the signal stops the sweep. */
  wait(signal: AbortSignal): Promise<void>;
  /**
   * Ends what is not to go on without this process.
   *
   * @param interrupted Whether a signal stopped the sweep.
   * @returns What does go on, for the user.
   */
  stop(interrupted: boolean): Promise<string | undefined>;
}

/** "1 run goes on", "3 runs go on". */
export function goingOn(count: number): string {
  return `${counted(count, "run")} ${count === 1 ? "goes" : "go"} on`;
}
