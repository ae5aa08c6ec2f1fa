/** The most codes; then the table begins anew. */
const MOST_CODES = 4096;

/**
 * Compresses bytes by GIF's variant of LZW (GIF89a, appendix F): codes from 9 to 12 bits, least significant bits first, in blocks of at most
 * 255 bytes, each with its length, and an empty block at the end.
 *
 * @param bytes The numbers of colours, from 0 to 255.
 */
export function compressLzw(bytes: Uint8Array): Uint8Array {
  const [clear, end] = [256, 257];
  const output = new BitBlocks();
  /** The code of a code followed by a byte, by code · 256 + byte; valid if it is above 257. */
  const table = new Uint16Array(MOST_CODES * 256);
  let [next, bits] = [end + 1, 9];
  output.write(clear, bits);
  let code = bytes[0];
  for (let i = 1; i < bytes.length; i++) {
    const at = code * 256 + bytes[i];
    if (table[at] > end) {
      code = table[at];
      continue;
    }
    output.write(code, bits);
    code = bytes[i];
    if (next === MOST_CODES) {
      output.write(clear, bits);
      table.fill(0);
      [next, bits] = [end + 1, 9];
      continue;
    }
    if (next === 1 << bits) bits++;
    table[at] = next++;
  }
  output.write(code, bits);
  // A reader adds a code for this one too, which may lengthen the next.
  output.write(end, next === 1 << bits && bits < 12 ? bits + 1 : bits);
  return output.finish();
}

/** Codes of varying length, packed into blocks of at most 255 bytes. */
class BitBlocks {
  #bytes = new Uint8Array(1024);
  #length = 1;
  /** Where the length of the current block stands. */
  #start = 0;
  #pending = 0;
  #count = 0;

  write(code: number, bits: number): void {
    this.#pending |= code << this.#count;
    this.#count += bits;
    while (this.#count >= 8) {
      this.#push(this.#pending & 255);
      this.#pending >>>= 8;
      this.#count -= 8;
    }
  }

  finish(): Uint8Array {
    if (this.#count > 0) this.#push(this.#pending & 255);
    this.#bytes[this.#start] = this.#length - this.#start - 1;
    const end = this.#bytes[this.#start] === 0 ? this.#length - 1 : this.#length;
    const result = new Uint8Array(end + 1);
    result.set(this.#bytes.subarray(0, end));
    return result;
  }

  #push(byte: number): void {
    if (this.#length + 2 > this.#bytes.length) {
      const longer = new Uint8Array(2 * this.#bytes.length);
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    this.#bytes[this.#length++] = byte;
    if (this.#length - this.#start - 1 < 255) return;
    this.#bytes[this.#start] = 255;
    this.#start = this.#length++;
  }
}
