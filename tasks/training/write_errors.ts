import { isDiskError } from "../run/disk.ts";

/** What a run does when one of its files cannot be written. */
export const WRITE_ERROR_CHOICES = ["stop", "wait"] as const;

/** What a run does when one of its files cannot be written; see {@linkcode onWriteError}. */
type WriteErrorChoice = (typeof WRITE_ERROR_CHOICES)[number];

/** Seconds between two attempts to write. */
const BETWEEN_ATTEMPTS = 5;

/**
 * Makes the answer of a run to the errors of a disk that is full or fails.
 *
 * @param choice `stop` ends the run with the error; `wait` says once what the matter is, and tries again every few seconds.
 * @param print Prints a line.
 * @param signal Ends the waiting with the error.
 */
export function onWriteError(
  choice: WriteErrorChoice,
  print: (line: string) => void,
  signal: AbortSignal,
): (error: Error) => Promise<void> {
  let told = "";
  return async (error) => {
    if (choice === "stop" || signal.aborted) throw error;
    if (told !== error.message) print(`${error.message} The run waits until it can be.`);
    told = error.message;
    for (let waited = 0; waited < BETWEEN_ATTEMPTS && !signal.aborted; waited += 0.25) {
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    if (signal.aborted) throw error;
  };
}

/** Does work that leaves nothing when it fails, and does it again after errors of a disk that is full or fails, as long as `onError` allows. */
export async function retried<T>(work: () => Promise<T>, onError: (error: Error) => Promise<void>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDiskError(error)) throw error;
      await onError(error as Error);
    }
  }
}
