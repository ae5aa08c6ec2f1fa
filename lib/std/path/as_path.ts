import { fileURLToPath } from "node:url";

/** The path that a path or a `file:` URL names. */
export function asPath(path: string | URL): string {
  return path instanceof URL ? fileURLToPath(path) : path;
}
