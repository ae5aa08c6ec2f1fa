import { resolve as nodeResolve } from "node:path";

/** The absolute path that the segments name, seen from the current directory. */
export function resolve(...pathSegments: string[]): string {
  return nodeResolve(...pathSegments);
}
