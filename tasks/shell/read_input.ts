import { UserError } from "./user_error.ts";

/** The most bytes of a file: more than any picture or mesh that is supported. */
const MAX_BYTES = 2 ** 31;

/**
 * Reads a file that was named at the command line or in a run's config.json. Devices and pipes are refused, because they may never end.
 *
 * @throws {UserError} If the file cannot be read; the message says why.
 */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    const info = await Deno.stat(path);
    const reason = unfit(info);
    if (reason !== undefined) throw new UserError(`${path}: cannot be read: ${reason}.`);
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path}: cannot be read: ${whyNot(error)}.`, { cause: error });
  }
}

/** Why something is no file that can be read, or undefined. */
function unfit(info: Deno.FileInfo): string | undefined {
  if (info.isDirectory) return "it is a folder";
  if (info.isFifo) return "it is a pipe; save its content to a file first";
  if (!info.isFile) return "it is a device";
  if (info.size > MAX_BYTES) return `expected a file of at most ${MAX_BYTES} bytes, found ${info.size}`;
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.NotADirectory) return "a part of its path is no folder";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return "permission is denied";
  }
  return "the system refuses it";
}
