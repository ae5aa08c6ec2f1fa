import { extname as nodeExtname } from "node:path";
import { asPath } from "./as_path.ts";

/** The extension of a path, with its leading dot, or an empty string. */
export function extname(path: string | URL): string {
  return nodeExtname(asPath(path));
}
