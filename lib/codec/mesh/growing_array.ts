/**
 * Numbers of which nobody knows how many will come. Memory grows with what has really been read, never with what a file's
 * header claims.
 */
export class GrowingArray<T extends Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>> {
  /** Numbers so far. */
  length = 0;
  #data: T;
  readonly #make: (length: number) => T;

  /** @param make Makes an array of a length, for instance `(n) => new Float32Array(n)`. */
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

  /** A copy of the right length. */
  finish(): T {
    return this.#data.slice(0, this.length) as T;
  }
}
