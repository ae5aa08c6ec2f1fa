/** No mesh file has longer lines; a binary file taken for text is refused instead of read as one. */
const LONGEST_LINE = 2 ** 20;

const decoder = new TextDecoder("latin1");

/** A line of a text file, cut into words. */
export interface TextLine {
  /** Counted from 1. */
  readonly number: number;
  /** What stands between spaces and tabs; not empty. */
  readonly words: readonly string[];
}

/**
 * The lines of a text that are not empty, one at a time. Lines end with LF, CR LF or CR; a comment runs from `#` to the
 * end of its line.
 *
 * @param bytes The text, a byte order mark perhaps before it; what is not ASCII is read as Latin-1, which only names and
 * comments contain.
 * @param name How errors call the file.
 * @param continued Whether a backslash at the end of a line joins it to the next; in a comment it does not.
 * @throws {Error} If a line is absurdly long.
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

/** A text behind its byte order mark, if it has one. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Where a file's content ends: behind the last byte that is neither zero nor white space, which some programs pad files with. */
export function contentEnd(bytes: Uint8Array): number {
  return bytes.findLastIndex((byte) => byte !== 0 && byte !== 32 && (byte < 9 || byte > 13)) + 1;
}

/** Where the line that begins at a byte ends: its CR or LF, or the end of the text. */
function lineEnd(bytes: Uint8Array, begin: number): number {
  let end = begin;
  while (end < bytes.length && bytes[end] !== 10 && bytes[end] !== 13) end++;
  return end;
}

/**
 * The number that a word stands for.
 *
 * @param where For errors: `bunny.obj, line 12`.
 * @throws {Error} If it is none; nan and inf, which some programs write, are none.
 */
export function numberOf(word: string | undefined, where: string): number {
  const value = word === undefined || word === "" ? NaN : Number(word);
  if (Number.isFinite(value)) return value;
  throw new Error(`${where}: expected a number, found ${describeWord(word)}.`);
}

/**
 * The whole number that a word stands for.
 *
 * @param where For errors: `bunny.obj, line 12`.
 * @throws {Error} If it is none.
 */
export function integerOf(word: string | undefined, where: string): number {
  const value = word === undefined || !/^[-+]?\d+$/.test(word) ? NaN : Number(word);
  if (Number.isSafeInteger(value)) return value;
  throw new Error(`${where}: expected a whole number, found ${describeWord(word)}.`);
}

/** A word for an error message: short, in quotes, without control characters. */
export function describeWord(word: string | undefined): string {
  if (word === undefined || word === "") return "nothing";
  const clean = word.replace(/[^\x20-\x7e\xa0-\xff]/g, "?");
  return `"${clean.length > 24 ? `${clean.slice(0, 24)}…` : clean}"`;
}
