import { printable } from "../../../lib/data/scene/printable.ts";

/** Text of any length and number of lines in which characters that a terminal or a browser would obey are written as their numbers. */
export function visible(text: string): string {
  return text.split("\n").map((line) => printable(line, Infinity)).join("\n");
}
