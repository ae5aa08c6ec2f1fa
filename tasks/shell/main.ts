import { readEnv } from "../../lib/gpu/env.ts";
import { HelpRequest } from "./help.ts";
import { dropUnwritableOutput } from "./output.ts";

/**
 * Signals that arrive within this time belong to one key press: Ctrl-C on a terminal reaches a task more than once, from the terminal
 * itself and forwarded by `deno task` (seen with Deno 2.9.6).
 */
const sameKeyPress = 500; // milliseconds

/**
 * Runs a task and ends the process. The exit code is 0, or 1 if the task throws: then one line `error: …` goes to stderr, and with
 * NEURAL_FIELDS_DEBUG=1 the stack trace too. The first Ctrl-C, SIGTERM, SIGHUP or SIGUSR2 aborts the signal, so that the task
 * can write a checkpoint and return; then the exit code is 130, 143, 129 or 140. A second one ends the process at once. Output that cannot be
 * written, because its reader is gone or the disk is full, is dropped: it neither ends the task nor changes the exit code.
 *
 * @example
 * ```ts ignore
 * if (import.meta.main) {
 *   await runTask(async (args, signal) => {
 *     const { values } = parseOptions(args, command);
 *     await train(values, signal);
 *   });
 * }
 * ```
 */
export async function runTask(task: (args: string[], signal: AbortSignal) => Promise<void> | void): Promise<never> {
  dropUnwritableOutput();
  const interruption = watchSignals();
  // A rejected promise that nobody awaits is handled like an error that the task throws.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    Deno.exit(reportError(event.reason));
  });
  try {
    await task([...Deno.args], interruption.signal);
  } catch (error) {
    if (error instanceof HelpRequest) console.log(error.message);
    else if (!isAbort(error, interruption.signal)) Deno.exit(reportError(error));
  }
  Deno.exit(interruption.exitCode());
}

/** Prints an error in one line and returns the exit code. */
export function reportError(error: unknown): number {
  const message = error instanceof Error ? error.message || error.name : String(error);
  console.error(`error: ${printable(message.trim().replace(/\s*\n\s*/g, " "))}`);
  if (readEnv("NEURAL_FIELDS_DEBUG") === "1" && error instanceof Error) console.error(withCauses(error));
  return 1;
}

/** A text whose control characters, which could come from a file, are replaced by question marks. */
function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "?");
}

function withCauses(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${withCauses(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}

/** Whether an error only reports that the task was stopped by its signal. */
export function isAbort(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && (error === signal.reason || (error instanceof Error && error.name === "AbortError"));
}

/**
 * The signals that stop a task, each with the exit code of a task that it stopped. SIGUSR2 is the one that the mpirun of Open MPI passes on
 * without killing the task soon after.
 */
const STOPPING: readonly (readonly [Deno.Signal, number])[] = Deno.build.os === "windows"
  ? [["SIGINT", 130]]
  : [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129], ["SIGUSR2", 140]];

/** Aborts a signal at the first signal that stops a task and leaves the next one to the system, which ends the process at once. */
function watchSignals(): { signal: AbortSignal; exitCode: () => number } {
  const controller = new AbortController();
  let exitCode = 0;
  const listeners = new Map<Deno.Signal, () => void>();
  const stop = (code: number) => {
    if (controller.signal.aborted) return;
    exitCode = code;
    console.error("\nStopping within seconds. Press Ctrl-C again to stop at once.");
    controller.abort();
    // Without the listeners, the system's default action ends the process, even while the device blocks this thread.
    Deno.unrefTimer(setTimeout(() => {
      for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    }, sameKeyPress));
  };
  for (const [signal, code] of STOPPING) {
    const listener = () => stop(code);
    listeners.set(signal, listener);
    Deno.addSignalListener(signal, listener);
  }
  return { signal: controller.signal, exitCode: () => exitCode };
}
