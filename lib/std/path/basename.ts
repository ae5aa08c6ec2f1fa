import { basename as nodeBasename } from "node:path";
import { asPath } from "./as_path.ts";

/** The last part of a path, without `suffix` where it ends with it. */
export function basename(path: string | URL, suffix = ""): string {
  return nodeBasename(asPath(path), suffix);
}
