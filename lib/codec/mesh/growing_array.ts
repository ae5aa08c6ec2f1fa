/**
 * An array of numbers that grows as needed. Its memory depends on the numbers that were really read, not on what a file's
 * header claims.
 */
export class GrowingArray<T extends Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>> {
  /** The number of entries so far. */
  length = 0;
  #data: T;
  readonly #make: (length: number) => T;

  /** @param make Creates an array of a given length, for instance `(n) => new Float32Array(n)`. */
  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#data = make(3072);
  }

  /** Appends three numbers. */
  push(a: number, b: number, c: number): void {
    if (this.length + 3 > this.#data.length) {
      const larger = this.#make(this.#data.length * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.length] = a;
    this.#data[this.length + 1] = b;
    this.#data[this.length + 2] = c;
    this.length += 3;
  }

  /** The entries as an array of exactly their length. */
  finish(): T {
    return this.#data.slice(0, this.length) as T;
  }
}
