import { dirname as nodeDirname } from "node:path";
import { asPath } from "./as_path.ts";

/** The folder part of a path. */
export function dirname(path: string | URL): string {
  return nodeDirname(asPath(path));
}
