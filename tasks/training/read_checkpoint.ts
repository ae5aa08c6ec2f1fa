import type { StepCheckpoint } from "../run/checkpoints.ts";
import { UserError } from "../shell/user_error.ts";

/** The most bytes of a checkpoint: that is 350 million parameters with two moments each. */
const LARGEST = 2 ** 32;

/**
 * Reads the file of a checkpoint.
 *
 * @throws {UserError} If the system refuses to read it, which says nothing about its content.
 * @throws {Error} If it is not a regular file, but a device or a pipe that a link leads to, or too large, or gone.
 */
export async function readCheckpoint(path: string): Promise<Uint8Array> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw new Error(`${path}: expected a file, found something else.`);
    if (size > LARGEST) throw new Error(`${path}: expected at most ${LARGEST} bytes, found ${size}.`);
    return await Deno.readFile(path);
  } catch (cause) {
    if (!isOfSystem(cause)) throw cause;
    if (cause instanceof Deno.errors.NotFound) throw new Error(`${path}: there is no such file.`, { cause });
    throw new UserError(
      `${path}: cannot be read: ${
        cause.message.replace(/: \w+ '.*$/s, "")
      }. The checkpoint may be whole, so no older one is used instead.`,
      { cause },
    );
  }
}

/**
 * Checks that a checkpoint has made the steps that its file's name says.
 *
 * @param metadata The metadata of the file.
 * @throws {Error} If it is of another step, so that it would count as newer or older than it is.
 */
export function checkStep({ path, step }: StepCheckpoint, metadata: Readonly<Record<string, string>>): void {
  if (Number(metadata.step) === step) return;
  const found = /^\d{1,15}$/.test(metadata.step) ? `one of step ${metadata.step}` : "one of no step";
  throw new Error(`${path}: expected the checkpoint of step ${step}, as its name says, found ${found}.`);
}

/** Whether an error comes from the system, and not from a check. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && ("code" in error || error.name in Deno.errors);
}
