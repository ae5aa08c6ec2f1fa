import { UserError } from "./user_error.ts";

/**
 * Reads a file that was named at the command line.
 *
 * @throws {UserError} If the file cannot be read; the message says why.
 */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw new UserError(`${path}: cannot be read: ${whyNot(error)}.`, { cause: error });
  }
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.PermissionDenied) return "permission is denied";
  return (error as Error).message;
}
