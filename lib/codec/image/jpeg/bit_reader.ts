import { type HuffmanTable, LOOKUP_BITS } from "./huffman.ts";
import { damagedJpeg } from "./segments.ts";

/** Reads bits and Huffman codes from the entropy-coded data of a scan (ITU-T T.81, F.2.2). */
export class BitReader {
  #at: number;
  /** The last bits that were taken from the data; the low `#count` ones are not read yet. */
  #bits = 0;
  #count = 0;
  /** The zeros that were read behind the end of the data. */
  #missing = 0;

  /**
   * @param bytes The whole file.
   * @param from Where the data begin.
   * @param end Where the data end.
   */
  constructor(readonly bytes: Uint8Array, from: number, readonly end: number, readonly name: string) {
    this.#at = from;
  }

  /** The symbol of the next code. */
  symbol(table: HuffmanTable): number {
    if (this.#count < 16) this.#fill();
    const entry = table.lookup[this.#bits >>> this.#count - LOOKUP_BITS & 2 ** LOOKUP_BITS - 1];
    if (entry === 0) return this.#longSymbol(table);
    this.#count -= entry >> 8;
    return entry & 255;
  }

  /** The next `length` bits, 0 to 16 of them, as a number. */
  number(length: number): number {
    if (this.#count < length) this.#fill();
    this.#count -= length;
    return this.#bits >>> this.#count & (1 << length) - 1;
  }

  /** A coefficient of `length` bits, 1 to 15 of them (ITU-T T.81, F.2.2.1). */
  coefficient(length: number): number {
    const value = this.number(length);
    return value < 1 << length - 1 ? value - (1 << length) + 1 : value;
  }

  /**
   * Passes over the restart marker behind an interval, and over padding before it: bytes that are all the same.
   *
   * @throws {Error} If the data of the interval ended early or there are more, which tells that they are damaged.
   */
  restart(): void {
    this.finish();
    // What is not read yet: whole bytes that were taken already, then those up to the marker.
    const spare = Array.from({ length: this.#count - this.#missing >> 3 }, (_, i) => {
      return this.#bits >>> this.#missing + 8 * i & 255;
    });
    let at = this.#at;
    while (at + 1 < this.end && !(this.bytes[at] === 0xff && isRestart(this.bytes[at + 1]))) at++;
    if (at + 1 >= this.end) throw damagedJpeg(this.name, "fewer restart markers than expected");
    const padding = spare[0] ?? this.bytes[this.#at];
    const odd = (byte: number) => byte !== padding;
    if (spare.some(odd) || this.bytes.subarray(this.#at, at).some(odd)) {
      throw damagedJpeg(this.name, "compressed data that do not end at a restart marker");
    }
    this.#at = at + 2;
    this.#count = 0;
    this.#missing = 0;
  }

  /**
   * Checks that no more was read than there is.
   *
   * @throws {Error} If the data ended early.
   */
  finish(): void {
    if (this.#missing > this.#count) throw damagedJpeg(this.name, "compressed data that end early");
  }

  #longSymbol(table: HuffmanTable): number {
    const next = this.#bits >>> this.#count - 16 & 0xffff;
    let length = LOOKUP_BITS + 1;
    while (length <= 16 && next >= table.ends[length]) length++;
    if (length > 16) throw damagedJpeg(this.name, "compressed data with an unknown code");
    this.#count -= length;
    return table.symbols[table.offsets[length] + (next >>> 16 - length)];
  }

  /** Takes bytes until at least 25 bits are there: up to the next marker those of the data, then zeros. */
  #fill(): void {
    for (; this.#count <= 24; this.#count += 8) {
      let byte = 0;
      if (this.#at >= this.end || this.bytes[this.#at] === 0xff && this.bytes[this.#at + 1] !== 0) {
        this.#missing += 8;
        // Data that end early are noticed at the end of an interval, but a long one is not read to its end.
        if (this.#missing > 64) this.finish();
      } else {
        byte = this.bytes[this.#at++];
        // A 0xff byte is followed by a 0 that does not count.
        if (byte === 0xff) this.#at++;
      }
      this.#bits = this.#bits << 8 | byte;
    }
  }
}

function isRestart(byte: number): boolean {
  return byte >= 0xd0 && byte <= 0xd7;
}
