import type { Place } from "../engine.ts";
import { ask } from "./programs.ts";

/** An element of a job array that has not ended. */
export interface QueuedElement {
  /** Its name, such as `12_3`. */
  readonly element: string;
  readonly place: Place;
}

/** States in which an element waits. */
const WAITING = ["PENDING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT"];

/** States of an element that has not ended. */
export const LIVE = [
  ...WAITING,
  "RUNNING",
  "CONFIGURING",
  "COMPLETING",
  "SUSPENDED",
  "STOPPED",
  "SIGNALING",
  "STAGE_OUT",
  "RESIZING",
];

/** Where an element is that has not ended, by its state. */
export function placeOf(state: string): Place {
  return WAITING.includes(state) ? "queued" : "running";
}

/**
 * The elements of a user's job arrays of this name that have not ended, by their index.
 *
 * @returns What squeue complains of, if it fails.
 */
export async function queueOf(jobName: string): Promise<ReadonlyMap<number, QueuedElement> | string> {
  const args = ["--me", "--array", "--noheader", `--name=${jobName}`, "--format=%F|%K|%T"];
  const { ok, stdout, complaint } = await ask("squeue", args);
  return ok ? elementsIn(stdout) : complaint;
}

/** The elements that `squeue` lists in lines of job, index and state: `12|3|RUNNING`. */
export function elementsIn(listing: string): ReadonlyMap<number, QueuedElement> {
  const lines = listing.split("\n").map((line) => line.trim().split("|")).filter((parts) => parts.length === 3);
  return new Map(lines.map(([job, index, state]) => {
    return [Number(index), { element: `${job}_${index}`, place: placeOf(state) }];
  }));
}

/** How an element ended, as `scontrol` says it, or `sacct` where it has been forgotten; undefined if neither knows it. */
export async function stateOf(element: string): Promise<string | undefined> {
  const shown = await ask("scontrol", ["--oneliner", "show", "job", element]);
  const state = shown.ok ? shownState(shown.stdout) : undefined;
  if (state !== undefined) return state;
  const args = ["--allocations", "--noheader", "--parsable2", `--jobs=${element}`, "--format=State,ExitCode"];
  const counted = await ask("sacct", args);
  const [name, exit] = counted.ok ? counted.stdout.trim().split("\n")[0].split("|") : [];
  return name ? stateText(name, exit) : undefined;
}

/** The state in a line of `scontrol show job`. */
export function shownState(line: string): string | undefined {
  const [, name] = /\bJobState=(\S+)/.exec(line) ?? [];
  return name === undefined ? undefined : stateText(name, /\bExitCode=(\S+)/.exec(line)?.[1]);
}

/** "FAILED, exit code 137", from a state and a code and a signal such as `137:0`. */
function stateText(name: string, exit: string = "0:0"): string {
  const [code, signal] = exit.split(":").map(Number);
  return `${name}${signal > 0 ? `, signal ${signal}` : code > 0 ? `, exit code ${code}` : ""}`;
}
