import { describeWord } from "../mesh/words.ts";

/** What the header of a `.npy` file says. */
export interface NpyHeader {
  /** The size of each dimension, the outermost first; at most 32 of them. */
  readonly shape: readonly number[];
  /** What an entry is: a float, a signed or an unsigned integer, or a truth value. */
  readonly kind: "f" | "i" | "u" | "b";
  /** The bytes of an entry: 4 or 8 for floats, 1 to 8 for integers, 1 for truth values. */
  readonly size: 1 | 2 | 4 | 8;
  /** Whether the entries are little-endian. */
  readonly little: boolean;
  /** Whether the first index runs fastest. */
  readonly fortran: boolean;
}

/** The most dimensions, as in NumPy. */
const MAX_DIMENSIONS = 32;

const KEYS = ["descr", "fortran_order", "shape"];

/**
 * Parses the header of a `.npy` file, which is a Python dictionary: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 17), }`.
 *
 * @param name The name of the file in error messages.
 * @throws {Error} If it is no such dictionary, or the entries are no numbers that {@linkcode NpyHeader} knows.
 */
export function parseNpyHeader(text: string, name: string): NpyHeader {
  const values = new Map<string, string>();
  const words = new Words(text, name);
  words.take("{");
  while (!words.takeIf("}")) {
    const key = words.text();
    if (!KEYS.includes(key) || values.has(key)) {
      throw new Error(
        `${name}: expected ${KEYS.join(", ")} once each in the NumPy array's header, found ${describeWord(key)}.`,
      );
    }
    words.take(":");
    values.set(key, key === "descr" ? words.text() : key === "shape" ? words.tuple() : words.letters());
    if (!words.takeIf(",")) {
      words.take("}");
      break;
    }
  }
  words.end();
  const missing = KEYS.find((key) => !values.has(key));
  if (missing) throw new Error(`${name}: expected ${missing} in the NumPy array's header, found nothing.`);
  const [type, order, sizes] = KEYS.map((key) => values.get(key)!);
  if (order !== "True" && order !== "False") {
    throw new Error(`${name}: expected fortran_order True or False, found ${describeWord(order)}.`);
  }
  if (!/^([<>]f[48]|[<>][iu][248]|[|<>][iu]1|[|<>]b1)$/.test(type)) {
    throw new Error(
      `${name}: expected an array of f32 or f64 ("<f4", "<f8"), of integers of 8 to 64 bits ("|u1", "<i8") or of truth values ("|b1"), ` +
        `found ${describeWord(type)}.`,
    );
  }
  return {
    shape: shapeOf(sizes, name),
    kind: type[1] as NpyHeader["kind"],
    size: Number(type[2]) as NpyHeader["size"],
    little: type[0] !== ">",
    fortran: order === "True",
  };
}

function shapeOf(sizes: string, name: string): number[] {
  const words = sizes.split(",");
  if (words.at(-1) === "") words.pop();
  if (words.length > MAX_DIMENSIONS) {
    throw new Error(`${name}: expected an array of at most ${MAX_DIMENSIONS} dimensions, found ${words.length}.`);
  }
  return words.map((word) => {
    // Python 2 wrote an L behind some numbers.
    const size = /^\d+L?$/.test(word) ? Number(word.replace("L", "")) : NaN;
    if (Number.isSafeInteger(size)) return size;
    throw new Error(`${name}: expected whole numbers as shape of the NumPy array, found ${describeWord(word)}.`);
  });
}

/** Takes a header apart, from left to right. */
class Words {
  #at = 0;

  constructor(readonly source: string, readonly name: string) {}

  take(sign: string): void {
    if (!this.takeIf(sign)) this.#fail(`"${sign}"`);
  }

  takeIf(sign: string): boolean {
    this.#skipBlanks();
    if (this.source[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  /** Nothing but blanks is left. */
  end(): void {
    this.#skipBlanks();
    if (this.#at < this.source.length) this.#fail(`nothing behind "}"`);
  }

  /** A text in quotes. */
  text(): string {
    this.#skipBlanks();
    const quote = this.source[this.#at];
    const end = quote === "'" || quote === '"' ? this.source.indexOf(quote, this.#at + 1) : -1;
    if (end < 0) this.#fail("a text in quotes");
    return this.#cut(this.#at + 1, end, end + 1);
  }

  /** What is between parentheses, without blanks. */
  tuple(): string {
    this.take("(");
    const end = this.source.indexOf(")", this.#at);
    if (end < 0) this.#fail("a tuple that ends");
    return this.#cut(this.#at, end, end + 1).replace(/\s/g, "");
  }

  /** A word of letters. */
  letters(): string {
    this.#skipBlanks();
    let end = this.#at;
    while (/[A-Za-z]/.test(this.source[end] ?? "")) end++;
    return this.#cut(this.#at, end, end);
  }

  #cut(from: number, to: number, next: number): string {
    this.#at = next;
    return this.source.slice(from, to);
  }

  #skipBlanks(): void {
    while (/\s/.test(this.source[this.#at] ?? "")) this.#at++;
  }

  #fail(expected: string): never {
    const found = this.source.slice(this.#at, this.#at + 25).trim();
    throw new Error(`${this.name}: expected ${expected} in the NumPy array's header, found ${describeWord(found)}.`);
  }
}
