/** The longest code of deflate, in bits. */
export const LONGEST = 15;

/**
 * The table of a Huffman code (RFC 1951, section 3.2.2) by the next 15 bits of the data, of which the first one is the lowest. An entry is
 * 16 · symbol + length; 0 is no code.
 *
 * @param lengths The length of the code of each symbol in bits; 0 for symbols without one.
 * @param isPartial Whether a code of a single symbol may leave bits without a meaning, as the code of distances may.
 * @returns undefined if these are the lengths of no code.
 */
export function huffmanTable(lengths: ArrayLike<number>, isPartial: boolean): Uint16Array | undefined {
  const counts = countsOf(lengths);
  let [free, longest] = [1, 0];
  for (let length = 1; length <= LONGEST; length++) {
    free = 2 * free - counts[length];
    if (free < 0) return undefined;
    if (counts[length] > 0) longest = length;
  }
  if (free > 0 && longest > 0 && !(isPartial && longest === 1)) return undefined;
  const table = new Uint16Array(1 << LONGEST);
  const codes = huffmanCodes(lengths);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol];
    if (length === 0) continue;
    for (let bits = codes[symbol]; bits < table.length; bits += 1 << length) table[bits] = symbol << 4 | length;
  }
  return table;
}

/** The codes of all symbols, of which the first bit is the lowest; 0 for symbols without one. */
export function huffmanCodes(lengths: ArrayLike<number>): Uint16Array {
  const counts = countsOf(lengths);
  const next = new Uint16Array(LONGEST + 2);
  for (let length = 1; length <= LONGEST; length++) next[length + 1] = (next[length] + counts[length]) << 1;
  return Uint16Array.from(lengths, (length) => length === 0 ? 0 : reversed(next[length]++, length));
}

/** How many symbols have codes of each length. */
function countsOf(lengths: ArrayLike<number>): Uint16Array {
  const counts = new Uint16Array(LONGEST + 1);
  for (let symbol = 0; symbol < lengths.length; symbol++) counts[lengths[symbol]]++;
  counts[0] = 0;
  return counts;
}

/** The lowest bits of a number in reverse order. */
function reversed(bits: number, count: number): number {
  let result = 0;
  for (let i = 0; i < count; i++) result |= (bits >> i & 1) << count - 1 - i;
  return result;
}
