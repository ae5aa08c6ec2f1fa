/** The most characters of a line. Mesh files have no longer lines, but a binary file that is mistaken for text may. */
const LONGEST_LINE = 2 ** 20;

const decoder = new TextDecoder("latin1");

/** A line of a text file, split into words. */
export interface TextLine {
  /** The number of the line, counted from 1. */
  readonly number: number;
  /** The words between spaces and tabs; at least one. */
  readonly words: readonly string[];
}

/**
 * Yields the lines of a text that are not empty. Lines end with LF, CR LF or CR; a comment extends from `#` to the
 * end of its line.
 *
 * @param bytes The text, possibly with a byte order mark. Characters beyond ASCII, which only names and comments contain, are read as
 * Latin-1.
 * @param name The name of the file in error messages.
 * @param continued Whether a backslash at the end of a line joins it to the next one, except in a comment.
 * @throws {Error} If a line is longer than any line of a mesh file.
 */
export function* textLines(bytes: Uint8Array, name: string, continued = false): Generator<TextLine, void, void> {
  bytes = withoutMark(bytes.subarray(0, contentEnd(bytes)));
  let number = 0;
  for (let begin = 0; begin < bytes.length;) {
    number++;
    const first = number;
    let text = "";
    for (;;) {
      const end = lineEnd(bytes, begin);
      if (end - begin + text.length > LONGEST_LINE) {
        throw new Error(
          `${name}, line ${number}: expected text, found a line of more than ${LONGEST_LINE} characters.`,
        );
      }
      const line = decoder.decode(bytes.subarray(begin, end));
      const comment = line.indexOf("#");
      text += comment < 0 ? line : line.slice(0, comment);
      begin = end + (bytes[end] === 13 && bytes[end + 1] === 10 ? 2 : 1);
      if (!continued || comment >= 0 || !text.endsWith("\\") || begin >= bytes.length) break;
      text = `${text.slice(0, -1)} `;
      number++;
    }
    const words = text.trim().split(/[ \t]+/);
    if (words[0] !== "") yield { number: first, words };
  }
}

/** A text without its byte order mark, if it has one. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** The end of a file's content: the position after the last byte that is neither zero nor white space, with which some programs pad files. */
export function contentEnd(bytes: Uint8Array): number {
  return bytes.findLastIndex((byte) => byte !== 0 && byte !== 32 && (byte < 9 || byte > 13)) + 1;
}

/** The end of the line that begins at a byte: the position of its CR or LF, or the end of the text. */
function lineEnd(bytes: Uint8Array, begin: number): number {
  let end = begin;
  while (end < bytes.length && bytes[end] !== 10 && bytes[end] !== 13) end++;
  return end;
}

/**
 * Parses a number.
 *
 * @param where The position, for the error message: `bunny.obj, line 12`.
 * @throws {Error} If the word is not a finite number. Some programs write nan and inf, which are not accepted.
 */
export function numberOf(word: string | undefined, where: string): number {
  const value = word === undefined || word === "" ? NaN : Number(word);
  if (Number.isFinite(value)) return value;
  throw new Error(`${where}: expected a number, found ${describeWord(word)}.`);
}

/**
 * Parses an integer.
 *
 * @param where The position, for the error message: `bunny.obj, line 12`.
 * @throws {Error} If the word is not an integer.
 */
export function integerOf(word: string | undefined, where: string): number {
  const value = word === undefined || !/^[-+]?\d+$/.test(word) ? NaN : Number(word);
  if (Number.isSafeInteger(value)) return value;
  throw new Error(`${where}: expected a whole number, found ${describeWord(word)}.`);
}

/** Formats a word for an error message: shortened, in quotes, without control characters. */
export function describeWord(word: string | undefined): string {
  if (word === undefined || word === "") return "nothing";
  const clean = word.replace(/[^\x20-\x7e\xa0-\xff]/g, "?");
  return `"${clean.length > 24 ? `${clean.slice(0, 24)}…` : clean}"`;
}
