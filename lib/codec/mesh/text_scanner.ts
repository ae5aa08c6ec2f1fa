import { textEnd, withoutMark } from "./content.ts";
import { decimalOf, textOf } from "./decimal.ts";
import { describeWord } from "./words.ts";

/** The most characters of a line, its comment not counted. Mesh files have no longer lines, but a binary file that is mistaken for text may. */
const LONGEST_LINE = 2 ** 20;

/** How programs write numbers that are not finite: as C does, as Microsoft's C library does, and as Python and Java do. */
const NOT_FINITE = /^[-+]?(nan(\([\w]*\))?|inf(inity)?|1\.?0*#(qnan|snan|ind|inf)\d*)$/i;

/** How a text is divided into words. */
interface TextOptions {
  /** Whether `#` at the beginning of a word begins a comment, which extends to the end of the line. */
  readonly comments?: boolean;
  /** Whether a backslash at the end of a line joins it to the next one, except in a comment. */
  readonly continued?: boolean;
  /** The number of the line before the first one, for error messages; by default 0. */
  readonly linesBefore?: number;
}

/**
 * Reads a text line by line. Lines end with LF, CR LF or CR, and words are separated by spaces and tabs. Characters beyond ASCII, which
 * only names and comments contain, are read as Latin-1.
 */
export class TextScanner {
  /** The number of the current line, counted from 1. */
  line = 0;
  /** The number of words of the current line. */
  count = 0;
  readonly #bytes: Uint8Array;
  readonly #options: TextOptions;
  #begin = 0;
  #lines: number;
  /** The positions of the first byte of each word and of the byte after it. */
  #ends = new Uint32Array(64);

  /**
   * @param bytes The text, possibly with a byte order mark, and padded with zeros.
   * @param name The name of the file in error messages.
   * @param options How the text is divided into words.
   */
  constructor(bytes: Uint8Array, readonly name: string, options: TextOptions = {}) {
    this.#bytes = withoutMark(bytes.subarray(0, textEnd(bytes)));
    this.#options = options;
    this.#lines = options.linesBefore ?? 0;
  }

  /** The place of the current line, for error messages. */
  get where(): string {
    return `${this.name}, line ${this.line}`;
  }

  /**
   * Goes on to the next line that has words.
   *
   * @returns Whether there is one.
   * @throws {Error} If a line is longer than any line of a mesh file.
   */
  next(): boolean {
    this.count = 0;
    while (this.#begin < this.#bytes.length && this.count === 0) {
      this.line = ++this.#lines;
      this.#readLine();
    }
    return this.count > 0;
  }

  /** A word of the current line, or undefined if the line has fewer words. */
  word(i: number): string | undefined {
    return i < this.count ? textOf(this.#bytes, this.#ends[2 * i], this.#ends[2 * i + 1]) : undefined;
  }

  /** The code of the first character of the current line's first word. */
  get first(): number {
    return this.#bytes[this.#ends[0]];
  }

  /** Whether a word is one character, given by its code. */
  isLetter(i: number, code: number): boolean {
    const begin = this.#ends[2 * i];
    return this.#ends[2 * i + 1] === begin + 1 && this.#bytes[begin] === code;
  }

  /**
   * A word as a number.
   *
   * @throws {Error} If the word is missing or any part of it does not belong to a number.
   */
  number(i: number): number {
    const value = this.coordinate(i);
    if (Number.isFinite(value)) return value;
    throw this.#unexpected("a number", i);
  }

  /**
   * A word as a number, which is not finite if the word says so, as `nan`, `-inf` and `1.#QNAN` do.
   *
   * @throws {Error} If the word is missing or any part of it does not belong to a number.
   */
  coordinate(i: number): number {
    const value = i < this.count ? decimalOf(this.#bytes, this.#ends[2 * i], this.#ends[2 * i + 1]) : NaN;
    if (!Number.isNaN(value) || (i < this.count && NOT_FINITE.test(this.word(i)!.slice(0, 64)))) return value;
    throw this.#unexpected("a number", i);
  }

  /**
   * A word as a whole number.
   *
   * @param hasMore Whether up to two more whole numbers, each after a slash and possibly left out, may follow, as in `1/2/3` and `1//3`.
   * @throws {Error} If the word is missing or is not a whole number.
   */
  integer(i: number, hasMore = false): number {
    if (i >= this.count) throw this.#unexpected("a whole number", i);
    const bytes = this.#bytes;
    const [from, end] = [this.#ends[2 * i], this.#ends[2 * i + 1]];
    const negative = bytes[from] === 45;
    let at = negative || bytes[from] === 43 ? from + 1 : from;
    const first = at;
    let value = 0;
    for (let digit; at < end && (digit = bytes[at] - 48) >= 0 && digit <= 9; at++) value = 10 * value + digit;
    if (at === first || (at < end && !(hasMore && bytes[at] === 47)) || value > Number.MAX_SAFE_INTEGER) {
      throw this.#unexpected("a whole number", i);
    }
    if (at < end && !this.#isMore(at, end)) throw this.#unexpected("a corner such as 1, 1/2, 1//3 or 1/2/3", i);
    return negative ? -value : value;
  }

  /** Whether a text is one or two slashes, after each of which a whole number may follow. */
  #isMore(at: number, end: number): boolean {
    const bytes = this.#bytes;
    let slashes = 0;
    for (; at < end; at++) {
      const byte = bytes[at];
      if (byte >= 48 && byte <= 57) continue;
      if (byte === 47) slashes++;
      else if ((byte !== 45 && byte !== 43) || bytes[at - 1] !== 47) return false;
    }
    return slashes <= 2;
  }

  #unexpected(what: string, i: number): Error {
    return new Error(`${this.where}: expected ${what}, found ${describeWord(this.word(i))}.`);
  }

  /** Finds the words of the line that begins at `#begin`, and of those that continue it. */
  #readLine(): void {
    const bytes = this.#bytes;
    const { comments = false, continued = false } = this.#options;
    let start = this.#begin;
    let at = start;
    for (;;) {
      while (bytes[at] === 32 || bytes[at] === 9) at++;
      const byte = bytes[at];
      if (at >= bytes.length || byte === 10 || byte === 13) break;
      if (comments && byte === 35) {
        const end = this.#lineEnd(at);
        start += end - at;
        at = end;
        break;
      }
      if (continued && byte === 92 && this.#isLineEnd(at + 1)) {
        at = this.#afterLine(at + 1);
        this.#lines++;
        continue;
      }
      const from = at;
      while (!this.#isLineEnd(at) && bytes[at] !== 32 && bytes[at] !== 9) {
        if (continued && bytes[at] === 92 && this.#isLineEnd(at + 1)) break;
        at++;
      }
      this.#addWord(from, at);
      if (at - start > LONGEST_LINE) break;
    }
    if (at - start > LONGEST_LINE) {
      throw new Error(`${this.where}: expected text, found a line of more than ${LONGEST_LINE} characters.`);
    }
    this.#begin = this.#afterLine(at);
  }

  #addWord(from: number, end: number): void {
    if (2 * this.count === this.#ends.length) {
      const larger = new Uint32Array(2 * this.#ends.length);
      larger.set(this.#ends);
      this.#ends = larger;
    }
    this.#ends[2 * this.count] = from;
    this.#ends[2 * this.count + 1] = end;
    this.count++;
  }

  #isLineEnd(at: number): boolean {
    return at >= this.#bytes.length || this.#bytes[at] === 10 || this.#bytes[at] === 13;
  }

  #lineEnd(at: number): number {
    while (!this.#isLineEnd(at)) at++;
    return at;
  }

  /** The beginning of the line after the one whose end is given. */
  #afterLine(end: number): number {
    return end + (this.#bytes[end] === 13 && this.#bytes[end + 1] === 10 ? 2 : 1);
  }
}
