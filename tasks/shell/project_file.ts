import { fromFileUrl } from "../../lib/std/path/mod.ts";
import { UserError } from "./user_error.ts";

/**
 * The path of a file or folder of this project.
 *
 * @param path The path in the project, such as "fixtures/scene/".
 * @param need What needs it, for the message.
 * @throws {UserError} If the program was started from an address instead of a clone.
 */
export function projectFile(path: string, need: string): string {
  const url = new URL(`../../${path}`, import.meta.url);
  if (url.protocol === "file:") return fromFileUrl(url);
  throw new UserError(`${need}: expected a clone of the project, because ${path} is read from it; found ${url}.`);
}
