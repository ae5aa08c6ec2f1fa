/** The arrays that can grow. */
export type Numbers = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** The most entries of a part. */
const LARGEST_PART = 3 * 2 ** 16;

/**
 * An array of numbers that grows as needed, in parts that are joined at the end. Its memory depends on the numbers that were really
 * read, not on what a file's header claims, and never exceeds twice that of the result.
 */
export class GrowingArray<T extends Numbers> {
  /** The number of entries so far. */
  length = 0;
  readonly #full: T[] = [];
  #part: T;
  /** The number of entries in the last part. */
  #used = 0;
  readonly #make: (length: number) => T;

  /** @param make Creates an array of a given length, for instance `(n) => new Float32Array(n)`. */
  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#part = make(3072);
  }

  /** Appends three numbers. */
  push(a: number, b: number, c: number): void {
    if (this.#used + 3 > this.#part.length) {
      this.#full.push(this.#part);
      this.#part = this.#make(Math.min(LARGEST_PART, 2 * this.#part.length));
      this.#used = 0;
    }
    const [part, at] = [this.#part, this.#used];
    part[at] = a;
    part[at + 1] = b;
    part[at + 2] = c;
    this.#used += 3;
    this.length += 3;
  }

  /** Calls a function with each three numbers. */
  forEach(call: (a: number, b: number, c: number) => void): void {
    for (const part of [...this.#full, this.#part.subarray(0, this.#used)]) {
      for (let i = 0; i < part.length; i += 3) call(part[i], part[i + 1], part[i + 2]);
    }
  }

  /**
   * Some of the entries, three numbers each.
   *
   * @param which Which ones, counted from 0, in ascending order.
   */
  take(which: Uint32Array): T {
    const taken = this.#make(3 * which.length);
    const parts = [...this.#full, this.#part];
    let [part, first] = [0, 0];
    for (let i = 0; i < which.length; i++) {
      while (3 * which[i] >= first + parts[part].length) first += parts[part++].length;
      for (let k = 0; k < 3; k++) taken[3 * i + k] = parts[part][3 * which[i] + k - first];
    }
    return taken;
  }

  /** The entries as an array of exactly their length. */
  finish(): T {
    const whole = this.#make(this.length);
    let at = 0;
    for (const part of this.#full) {
      whole.set(part, at);
      at += part.length;
    }
    whole.set(this.#part.subarray(0, this.#used), at);
    return whole;
  }
}
