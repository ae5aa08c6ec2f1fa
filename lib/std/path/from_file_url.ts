import { fileURLToPath } from "node:url";

/** The path that a `file:` URL names. Throws a `TypeError` for any other URL. */
export function fromFileUrl(url: string | URL): string {
  return fileURLToPath(url);
}
