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
import { huffmanCodes } from "./huffman.ts";

/** How far back, and how many bytes, a repetition may reach (RFC 1951, section 2). */
const [FARTHEST, SHORTEST, LONGEST_MATCH] = [32_768, 3, 258];
const HASHES = 1 << 14;

const literals = { lengths: FIXED_LENGTHS, codes: huffmanCodes(FIXED_LENGTHS) };
const distances = { lengths: FIXED_DISTANCES, codes: huffmanCodes(FIXED_DISTANCES) };

/**
 * Compresses data as one block of deflate's fixed code (RFC 1951, section 3.2.6) with zlib's header and checksum (RFC 1950), for runtimes
 * that have no zlib. Every place where three bytes stood last is remembered, and a repetition from there is taken if there is one.
 */
export function deflate(data: Uint8Array): Uint8Array {
  const writer = new Writer(data.length);
  // The method, a window of 32 kB, and the fastest level. Then: this block is the last one, and its code is the fixed one.
  writer.bits(0x0178, 16);
  writer.bits(0b011, 3);
  /** One more than the last place of three bytes with this hash; 0 is none. */
  const places = new Int32Array(HASHES);
  for (let at = 0; at < data.length;) {
    const from = at + SHORTEST <= data.length ? remember(places, data, at) : -1;
    const length = from < 0 || at - from > FARTHEST ? 0 : common(data, from, at);
    if (length < SHORTEST) {
      writer.symbol(literals, data[at++]);
      continue;
    }
    const [symbol, far] = [lastAtMost(LENGTHS, length), lastAtMost(DISTANCES, at - from)];
    writer.symbol(literals, END + 1 + symbol);
    writer.bits(length - LENGTHS[symbol], LENGTH_BITS[symbol]);
    writer.symbol(distances, far);
    writer.bits(at - from - DISTANCES[far], DISTANCE_BITS[far]);
    at += length;
  }
  writer.symbol(literals, END);
  return writer.end(adler32(data));
}

/** Where three bytes with the hash of the next ones stood last, or −1; from now on they stand here. */
function remember(places: Int32Array, data: Uint8Array, at: number): number {
  const hash = Math.imul(data[at] << 16 | data[at + 1] << 8 | data[at + 2], 0x9e3779b1) >>> 18;
  const before = places[hash] - 1;
  places[hash] = at + 1;
  return before;
}

/** How many bytes from two places on are the same, at most 258. */
function common(data: Uint8Array, from: number, at: number): number {
  const most = Math.min(LONGEST_MATCH, data.length - at);
  let length = 0;
  while (length < most && data[from + length] === data[at + length]) length++;
  return length;
}

/** The place of the last of ascending numbers that is not above a value. */
function lastAtMost(numbers: readonly number[], value: number): number {
  let at = numbers.length - 1;
  while (numbers[at] > value) at--;
  return at;
}

/** Writes bits, the lowest first. */
class Writer {
  readonly #bytes: Uint8Array;
  #at = 0;
  #bits = 0;
  #count = 0;

  /** @param length The bytes that are compressed. A literal takes 9 bits at most, and a repetition less than its literals. */
  constructor(length: number) {
    this.#bytes = new Uint8Array(Math.ceil(9 * length / 8) + 16);
  }

  /** Writes the lowest bits of a number, at most 16. */
  bits(value: number, count: number): void {
    this.#bits |= value << this.#count;
    this.#count += count;
    for (; this.#count >= 8; this.#count -= 8) {
      this.#bytes[this.#at++] = this.#bits;
      this.#bits >>>= 8;
    }
  }

  symbol({ lengths, codes }: { lengths: Uint8Array; codes: Uint16Array }, symbol: number): void {
    this.bits(codes[symbol], lengths[symbol]);
  }

  /** Fills the last byte, and writes the checksum. */
  end(checksum: number): Uint8Array {
    this.bits(0, 7);
    new DataView(this.#bytes.buffer).setUint32(this.#at, checksum);
    return this.#bytes.subarray(0, this.#at + 4);
  }
}
