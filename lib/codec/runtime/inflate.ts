import { adler32 } from "./adler32.ts";
import {
  DISTANCE_BITS,
  DISTANCES,
  END,
  FIXED_DISTANCES,
  FIXED_LENGTHS,
  LENGTH_BITS,
  LENGTHS,
} from "./deflate_codes.ts";
import { huffmanTable, LONGEST } from "./huffman.ts";

/** Thrown for data that cannot be decompressed. */
export class InflateError extends Error {
  /** @param reason Whether the data are damaged or cut off, or there are more than allowed. */
  constructor(readonly reason: "damaged" | "too large") {
    super(`inflate: the data are ${reason}.`);
  }
}

/** The order in which the lengths of the code of code lengths are stored. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The codes of a block. */
interface Codes {
  readonly literals: Uint16Array;
  readonly distances: Uint16Array;
}

let fixedCodes: Codes | undefined;

/** Decompression of deflate (RFC 1951) for runtimes that have no zlib. */
export class Inflate {
  #at = 0;
  /** Bits that were taken from the data but not used, the next one lowest. */
  #bits = 0;
  #count = 0;
  #content: Uint8Array;
  #length = 0;

  /** @param limit The most bytes of the result. */
  constructor(readonly data: Uint8Array, readonly limit: number) {
    this.#content = new Uint8Array(Math.min(limit, Math.max(1024, 4 * data.length)));
  }

  /**
   * Decompresses everything.
   *
   * @throws {InflateError} If the data are damaged or cut off, or the result exceeds the limit.
   */
  run(format: "zlib" | "raw"): { content: Uint8Array; used: number } {
    if (format === "zlib") this.#header();
    while (!this.#block());
    this.#align();
    const content = this.#content.subarray(0, this.#length);
    if (format === "zlib") {
      const sum = [0, 0, 0, 0].reduce((sum) => sum * 256 + this.#take(8), 0);
      if (sum !== adler32(content)) throw new InflateError("damaged");
      this.#align();
    }
    return { content, used: this.#at };
  }

  /** The header of RFC 1950: the method, a window of at most 32 kB, no dictionary. */
  #header(): void {
    const [method, flags] = [this.#take(8), this.#take(8)];
    if ((method & 15) !== 8 || method >> 4 > 7 || flags & 32 || (256 * method + flags) % 31 !== 0) {
      throw new InflateError("damaged");
    }
  }

  /** Decompresses a block and says whether it is the last one. */
  #block(): boolean {
    const isLast = this.#take(1) === 1;
    const kind = this.#take(2);
    if (kind === 0) this.#stored();
    else if (kind === 1) this.#packed(fixedCodes ??= codesOf(FIXED_LENGTHS, FIXED_DISTANCES));
    else if (kind === 2) this.#packed(this.#readCodes());
    else throw new InflateError("damaged");
    return isLast;
  }

  #stored(): void {
    this.#align();
    const [length, check] = [this.#take(16), this.#take(16)];
    this.#align();
    if ((length ^ check) !== 0xffff || this.#at + length > this.data.length) throw new InflateError("damaged");
    this.#reserve(length);
    this.#content.set(this.data.subarray(this.#at, this.#at + length), this.#length);
    this.#at += length;
    this.#length += length;
  }

  /** Reads the codes of a block of the dynamic kind (section 3.2.7). */
  #readCodes(): Codes {
    const literals = this.#take(5) + 257;
    const all = literals + this.#take(5) + 1;
    if (literals > 286 || all - literals > 30) throw new InflateError("damaged");
    const orders = new Uint8Array(19);
    const stored = this.#take(4) + 4;
    for (let i = 0; i < stored; i++) orders[ORDER[i]] = this.#take(3);
    const table = huffmanTable(orders, false);
    const lengths = new Uint8Array(all);
    for (let i = 0; i < all;) {
      const symbol = this.#symbol(table);
      const repeats = symbol < 16
        ? 1
        : symbol === 16
        ? 3 + this.#take(2)
        : symbol === 17
        ? 3 + this.#take(3)
        : 11 + this.#take(7);
      if (i + repeats > all || symbol === 16 && i === 0) throw new InflateError("damaged");
      lengths.fill(symbol < 16 ? symbol : symbol === 16 ? lengths[i - 1] : 0, i, i + repeats);
      i += repeats;
    }
    if (lengths[END] === 0) throw new InflateError("damaged");
    return codesOf(lengths.subarray(0, literals), lengths.subarray(literals));
  }

  #packed({ literals, distances }: Codes): void {
    for (;;) {
      const symbol = this.#symbol(literals);
      if (symbol < END) {
        if (this.#length === this.#content.length) this.#reserve(1);
        this.#content[this.#length++] = symbol;
      } else if (symbol === END) {
        return;
      } else {
        this.#repeat(symbol - END - 1, distances);
      }
    }
  }

  /** Appends bytes that the result has already. */
  #repeat(symbol: number, distances: Uint16Array): void {
    if (symbol >= LENGTHS.length) throw new InflateError("damaged");
    const length = LENGTHS[symbol] + this.#take(LENGTH_BITS[symbol]);
    const far = this.#symbol(distances);
    if (far >= DISTANCES.length) throw new InflateError("damaged");
    const distance = DISTANCES[far] + this.#take(DISTANCE_BITS[far]);
    if (distance > this.#length) throw new InflateError("damaged");
    this.#reserve(length);
    const content = this.#content;
    for (let i = this.#length; i < this.#length + length; i++) content[i] = content[i - distance];
    this.#length += length;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed > this.limit) throw new InflateError("too large");
    if (needed <= this.#content.length) return;
    const larger = new Uint8Array(Math.min(this.limit, Math.max(needed, 2 * this.#content.length)));
    larger.set(this.#content);
    this.#content = larger;
  }

  #symbol(table: Uint16Array | undefined): number {
    this.#fill(LONGEST);
    const entry = table?.[this.#bits & (1 << LONGEST) - 1] ?? 0;
    const length = entry & 15;
    if (length === 0 || length > this.#count) throw new InflateError("damaged");
    this.#bits >>>= length;
    this.#count -= length;
    return entry >> 4;
  }

  /** The next bits as a number, at most 16. */
  #take(count: number): number {
    this.#fill(count);
    if (this.#count < count) throw new InflateError("damaged");
    const taken = this.#bits & (1 << count) - 1;
    this.#bits >>>= count;
    this.#count -= count;
    return taken;
  }

  /** Takes whole bytes from the data until there are so many bits, or there are no more data. */
  #fill(count: number): void {
    while (this.#count < count && this.#at < this.data.length) {
      this.#bits |= this.data[this.#at++] << this.#count;
      this.#count += 8;
    }
  }

  /** Passes over the rest of the byte and gives back whole bytes. */
  #align(): void {
    this.#at -= this.#count >> 3;
    this.#bits = this.#count = 0;
  }
}

function codesOf(lengths: Uint8Array, distances: Uint8Array): Codes {
  const tables = { literals: huffmanTable(lengths, true), distances: huffmanTable(distances, true) };
  if (tables.literals === undefined || tables.distances === undefined) throw new InflateError("damaged");
  return tables as Codes;
}
