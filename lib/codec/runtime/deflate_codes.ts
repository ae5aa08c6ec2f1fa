/** The bits behind each symbol of a length and of a distance (RFC 1951, section 3.2.5). */
export const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
export const DISTANCE_BITS = Array.from({ length: 30 }, (_, symbol) => Math.max(0, (symbol >> 1) - 1));

/** The smallest length and distance of each symbol. */
export const LENGTHS = [...sums(LENGTH_BITS, 3).slice(0, 28), 258];
export const DISTANCES = sums(DISTANCE_BITS, 1);

/** The symbol that ends a block. */
export const END = 256;

/** The codes of a block of the fixed kind (section 3.2.6); distances 30 and 31 are part of the code, but not allowed. */
export const FIXED_LENGTHS = Uint8Array.from({ length: 288 }, (_, i) => i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
export const FIXED_DISTANCES = new Uint8Array(32).fill(5);

/** The first values of ranges that follow one another and have 2^bits values each. */
function sums(bits: readonly number[], first: number): number[] {
  let next = first;
  return bits.map((count) => (next += 1 << count) - (1 << count));
}
