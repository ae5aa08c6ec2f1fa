import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";

/** The `file:` URL of an absolute path. Throws a `TypeError` for a relative one. */
export function toFileUrl(path: string): URL {
  if (!isAbsolute(path)) throw new TypeError(`toFileUrl: expected an absolute path, found "${path}".`);
  return pathToFileURL(path);
}
