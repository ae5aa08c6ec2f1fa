import type { Closing } from "./training_input.ts";

/** The time for optional closing measurements, in seconds on a software adapter; it lets a run end within two minutes of --minutes. */
const CLOSING_SECONDS = 90;

/** How long a run that was stopped is still measured, in milliseconds. */
const AFTER_STOP = 3000;

/** What a run gives to its closing measurements. */
interface ClosingParts extends Pick<Closing, "say" | "print" | "signal" | "stopped"> {
  /** Whether the run is one of many. These must all be measured in the same way, however fast they are. */
  readonly compared: boolean;
}

/** Prepares the closing measurements of a run. */
export function beginClosing({ say, print, signal: asked, stopped, compared }: ClosingParts): Closing {
  const signal = stopped ? AbortSignal.timeout(AFTER_STOP) : asked;
  const next = async (what: string) => {
    say(what);
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal.throwIfAborted();
  };
  return { say, print, next, signal, stopped, seconds: compared ? Infinity : CLOSING_SECONDS };
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
