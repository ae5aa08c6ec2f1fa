import { HelpRequest } from "./help.ts";

/** Ctrl-C on a terminal reaches a task more than once: from the terminal, and forwarded by `deno task` (seen with 2.9.6). */
const sameKeyPress = 500; // milliseconds

/**
 * Runs a task and ends the process: exit code 0, or 1 after one line `error: …` on stderr where the task throws (with
 * NEURAL_FIELDS_DEBUG=1 also the stack). The first Ctrl-C or SIGTERM aborts the signal, so that the task can finish its
 * step, write a checkpoint and return: exit code 130 or 143. A second one ends the process at once.
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
  const interruption = watchSignals();
  // A promise that nobody awaits ends the task as an error that it throws would.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    Deno.exit(report(event.reason));
  });
  try {
    await task([...Deno.args], interruption.signal);
  } catch (error) {
    if (error instanceof HelpRequest) console.log(error.message);
    else if (!isAbort(error, interruption.signal)) Deno.exit(report(error));
  }
  Deno.exit(interruption.exitCode());
}

/** Prints an error in one line and returns the exit code. */
function report(error: unknown): number {
  const message = error instanceof Error ? error.message || error.name : String(error);
  console.error(`error: ${message.trim().replace(/\s*\n\s*/g, " ")}`);
  if (Deno.env.get("NEURAL_FIELDS_DEBUG") === "1" && error instanceof Error) console.error(withCauses(error));
  return 1;
}

function withCauses(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${withCauses(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}

/** Whether a task threw only because it was told to stop. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && (error === signal.reason || (error instanceof Error && error.name === "AbortError"));
}

/** Turns the first SIGINT or SIGTERM into an abort and leaves the next to the system, which ends the process at once. */
function watchSignals(): { signal: AbortSignal; exitCode: () => number } {
  const controller = new AbortController();
  let exitCode = 0;
  const listeners = new Map<Deno.Signal, () => void>();
  const stop = (code: number) => {
    if (controller.signal.aborted) return;
    exitCode = code;
    console.error("\nStopping as soon as what was begun is done. Press Ctrl-C again to stop at once.");
    controller.abort();
    // Removing the listeners restores the system's own reaction, which works even while the device blocks this thread.
    Deno.unrefTimer(setTimeout(() => {
      for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    }, sameKeyPress));
  };
  const codes: [Deno.Signal, number][] = [["SIGINT", 130]];
  if (Deno.build.os !== "windows") codes.push(["SIGTERM", 143]);
  for (const [signal, code] of codes) {
    const listener = () => stop(code);
    listeners.set(signal, listener);
    Deno.addSignalListener(signal, listener);
  }
  return { signal: controller.signal, exitCode: () => exitCode };
}
