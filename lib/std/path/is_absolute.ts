import { isAbsolute as nodeIsAbsolute } from "node:path";

/** Whether a path starts at the root. */
export function isAbsolute(path: string): boolean {
  return nodeIsAbsolute(path);
}
