import { join as nodeJoin } from "node:path";
import { asPath } from "./as_path.ts";

/** The parts of a path put together and normalised. */
export function join(path: string | URL, ...paths: string[]): string {
  return nodeJoin(asPath(path), ...paths);
}
