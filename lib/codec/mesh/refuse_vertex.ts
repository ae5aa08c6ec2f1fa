import type { TextScanner } from "./text_scanner.ts";

/**
 * Reads a text again up to the line of a vertex and throws the error that says what is wrong with it.
 *
 * @param words The numbers of the words that are its coordinates, counted from 0.
 */
export function refuseVertex(lines: TextScanner, line: number, words: readonly number[]): void {
  while (lines.next() && lines.line !== line);
  const position = words.map((i) => lines.number(i));
  throw new Error(`${lines.where}: expected a finite position, found ${position.join(", ")}.`);
}
