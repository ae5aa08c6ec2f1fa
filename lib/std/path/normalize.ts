import { normalize as nodeNormalize } from "node:path";
import { asPath } from "./as_path.ts";

/** A path with its `.`, `..` and doubled separators resolved. */
export function normalize(path: string | URL): string {
  return nodeNormalize(asPath(path));
}
