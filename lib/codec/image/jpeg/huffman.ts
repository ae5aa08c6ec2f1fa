import { damagedJpeg } from "./segments.ts";

/** A Huffman table as the file stores it (ITU-T T.81, B.2.4.2). */
export interface HuffmanCode {
  /** The number of codes of each length, 1 to 16 bits. */
  readonly counts: Uint8Array;
  /** The symbols in the order of their codes. */
  readonly symbols: Uint8Array;
}

/** The bits of a code that are looked up at once; few codes are longer. */
export const LOOKUP_BITS = 9;

/** A Huffman table that is ready for decoding. */
export interface HuffmanTable {
  /** For the next `LOOKUP_BITS` bits: the code's length times 256, plus its symbol; 0 if the code is longer. */
  readonly lookup: Uint16Array;
  /** For each length: the first code that is too large for it, shifted to 16 bits. */
  readonly ends: Int32Array;
  /** For each length: what to add to a code to get the index of its symbol. */
  readonly offsets: Int32Array;
  readonly symbols: Uint8Array;
}

/** Makes a table from a code (ITU-T T.81, annex C). */
export function buildTable({ counts, symbols }: HuffmanCode, name: string): HuffmanTable {
  const lookup = new Uint16Array(2 ** LOOKUP_BITS);
  const [ends, offsets] = [new Int32Array(17), new Int32Array(17)];
  for (let length = 1, code = 0, index = 0; length <= 16; length++, code *= 2) {
    offsets[length] = index - code;
    for (let i = 0; i < counts[length - 1]; i++, code++, index++) {
      if (length > LOOKUP_BITS) continue;
      const from = code << LOOKUP_BITS - length;
      lookup.fill(length << 8 | symbols[index], from, from + 2 ** (LOOKUP_BITS - length));
    }
    if (code > 2 ** length) throw damagedJpeg(name, `a Huffman table with too many codes of ${length} bits`);
    ends[length] = code << 16 - length;
  }
  return { lookup, ends, offsets, symbols };
}

/**
 * Reads the tables of a segment into `codes`, by 16 for AC plus the table's number.
 *
 * @throws {Error} If the segment is damaged.
 */
export function readCodes(content: Uint8Array, codes: Map<number, HuffmanCode>, name: string): void {
  for (let at = 0; at < content.length;) {
    const slot = content[at];
    const counts = content.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const end = at + 17 + total;
    if (end > content.length || total > 256 || (slot & ~0x13) !== 0) throw damagedJpeg(name, "a faulty Huffman table");
    codes.set(slot, { counts, symbols: content.subarray(at + 17, end) });
    at = end;
  }
}

/**
 * The tables that a sequential JPEG without tables means, as cameras and videos (Motion JPEG) leave them out: those of ITU-T T.81,
 * K.3.3, by their slot.
 */
export function usualCode(slot: number): HuffmanCode | undefined {
  const text = USUAL[slot];
  if (text === undefined) return undefined;
  const bytes = Uint8Array.from(text.match(/../g)!, (digits) => parseInt(digits, 16));
  return { counts: bytes.subarray(0, 16), symbols: bytes.subarray(16) };
}

const USUAL: Readonly<Record<number, string>> = {
  0x00: "00010501010101010100000000000000000102030405060708090a0b",
  0x01: "00030101010101010101010000000000000102030405060708090a0b",
  0x10: "0002010303020403050504040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282" +
    "090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a8384" +
    "85868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3" +
    "e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa",
  0x11: "00020102040403040705040400010277000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a" +
    "162434e125f11718191a262728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a82" +
    "838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2" +
    "e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa",
};
