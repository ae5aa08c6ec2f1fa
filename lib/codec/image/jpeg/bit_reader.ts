import { type HuffmanTable, LOOKUP_BITS } from "./huffman.ts";
import { damagedJpeg } from "./segments.ts";

/** The second byte of restart marker 0. */
const FIRST_RESTART = 0xd0;

/** Reads bits and Huffman codes from the entropy-coded data of a scan (ITU-T T.81, F.2.2). */
export class BitReader {
  #at: number;
  /** The last bits that were taken from the data; the low `#count` ones are not read yet. */
  #bits = 0;
  #count = 0;
  /** The zeros that were read behind the end of the data. */
  #missing = 0;
  /** The restart markers so far. */
  #restarts = 0;

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
   * @throws {Error} If the data of the interval ended early or there are more, which tells that they are damaged, or the markers do
   * not count 0 to 7 over and over (ITU-T T.81, E.1.4), which tells that intervals were lost, moved or doubled.
   */
  restart(): void {
    this.finish();
    const at = this.#nextRestart(this.#at);
    if (at === undefined) throw damagedJpeg(this.name, "fewer restart markers than expected");
    if (this.#hasDataUpTo(at)) throw damagedJpeg(this.name, "compressed data that do not end at a restart marker");
    const [expected, found] = [this.#restarts++ % 8, this.bytes[at + 1] - FIRST_RESTART];
    if (found !== expected) throw damagedJpeg(this.name, `restart marker ${found} in the place of ${expected}`);
    this.#at = at + 2;
    this.#count = 0;
    this.#missing = 0;
  }

  /**
   * Checks that no interval is left behind the last unit. A restart marker without data behind it is no interval.
   *
   * @throws {Error} If there is one.
   */
  checkNoInterval(): void {
    for (let at = this.#nextRestart(this.#at); at !== undefined; at = this.#nextRestart(at + 2)) {
      const rest = this.bytes.subarray(at + 2, this.#nextRestart(at + 2) ?? this.end);
      if (rest.some((byte) => byte !== rest[0])) {
        throw damagedJpeg(this.name, "more restart intervals than the picture of its header has");
      }
    }
  }

  /** Whether more than padding is left up to the next marker: bytes that are not all the same. */
  get hasData(): boolean {
    return this.#hasDataUpTo(this.#nextRestart(this.#at) ?? this.end);
  }

  /** Whether fewer than 8 bits are left up to the next marker, as they only fill a byte. */
  get isAtLastBits(): boolean {
    const left = this.#count - this.#missing;
    return this.#atMarker() && left >= 0 && left < 8;
  }

  /**
   * Checks that no more was read than there is.
   *
   * @throws {Error} If the data ended early.
   */
  finish(): void {
    if (this.#missing > this.#count) throw damagedJpeg(this.name, "compressed data that end early");
  }

  /** The position of the next restart marker from `from` on, if there is one. */
  #nextRestart(from: number): number | undefined {
    for (let at = from; at + 1 < this.end; at++) {
      if (this.bytes[at] === 0xff && isRestart(this.bytes[at + 1])) return at;
    }
  }

  /** Whether the bytes that are not read yet, up to a position, are more than padding. */
  #hasDataUpTo(position: number): boolean {
    // First the whole bytes that were taken already.
    const taken = Array.from({ length: this.#count - this.#missing >> 3 }, (_, i) => {
      return this.#bits >>> this.#missing + 8 * i & 255;
    });
    const padding = taken[0] ?? this.bytes[this.#at];
    const odd = (byte: number) => byte !== padding;
    return taken.some(odd) || this.bytes.subarray(this.#at, position).some(odd);
  }

  #atMarker(): boolean {
    return this.#at >= this.end || this.bytes[this.#at] === 0xff && this.bytes[this.#at + 1] !== 0;
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
      if (this.#atMarker()) {
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
  return byte >= FIRST_RESTART && byte <= FIRST_RESTART + 7;
}
