import { relative as nodeRelative } from "node:path";

/** The relative path that leads from one path to another. */
export function relative(from: string, to: string): string {
  return nodeRelative(from, to);
}
