import { type Deadline, ENDING, signalOrDeadline } from "./deadline.ts";
import type { Closing, Summary } from "./training_input.ts";

/** The time for optional closing measurements, in seconds on a software adapter; it lets a run end within two minutes of --minutes. */
export const CLOSING_SECONDS = 90;

/** How long a run that was stopped is still measured, in milliseconds. */
const AFTER_STOP = 3000;

/** What a run gives to its closing measurements. */
interface ClosingParts extends Pick<Closing, "say" | "print" | "leaveOut" | "signal" | "stopped"> {
  /** Whether the run is one of many. These must all be measured in the same way, however fast they are. */
  readonly compared: boolean;
  /** The time by which the process is to have ended. */
  readonly deadline?: Deadline;
}

/** Prepares the closing measurements of a run. */
export function beginClosing(parts: ClosingParts): Closing {
  const { say, print, leaveOut, signal: asked, stopped, compared, deadline } = parts;
  const stop = stopped ? AbortSignal.timeout(AFTER_STOP) : asked;
  const signal = signalOrDeadline(stop, deadline, ENDING);
  const left = () => deadline === undefined ? Infinity : deadline.left - ENDING;
  const next = async (what: string) => {
    say(what);
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal.throwIfAborted();
  };
  const part: Closing["part"] = async (what, work, seconds = 0) => {
    try {
      if (left() >= seconds) {
        await next(what);
        return await work();
      }
    } catch (error) {
      if (!signal.aborted || stop.aborted) throw error;
    }
    leaveOut(what);
  };
  const seconds = compared ? Infinity : CLOSING_SECONDS;
  const isLate = () => deadline !== undefined && !stopped && !asked.aborted;
  return { say, print, next, part, leaveOut, left, isLate, signal, stopped, seconds };
}

/**
 * Makes the closing measurements, and says so if the deadline or a signal cuts them short.
 *
 * @param again The command that makes them again.
 * @throws The reason of a signal that came when training had ended.
 */
export async function unlessCut(closing: Closing, again: string, work: () => Promise<Summary>): Promise<Summary> {
  try {
    return await work();
  } catch (error) {
    if (!closing.signal.aborted) throw error;
    if (closing.isLate()) {
      closing.leaveOut("the closing measurements");
      return {};
    }
    if (closing.stopped) {
      closing.print("Results that would have taken longer were left out.");
      return {};
    }
    closing.print(`The run is trained, but its closing measurements were stopped. To make them: ${again}`);
    throw error;
  }
}

/** A signal that is aborted a few seconds after another one, so that what is nearly done can be finished. */
export function soonAfter(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const wait = () => Deno.unrefTimer(setTimeout(() => controller.abort(signal.reason), AFTER_STOP));
  if (signal.aborted) wait();
  else signal.addEventListener("abort", wait, { once: true });
  return controller.signal;
}

/** Waits for work, but gives it up when the signal is aborted. */
export async function unlessStopped(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.race([work, stopped]);
}
