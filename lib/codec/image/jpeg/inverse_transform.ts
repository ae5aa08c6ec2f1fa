import type { Component } from "./frame.ts";

// Cosines and sines of the transform, times 4096.
const [COS_1, SIN_1, COS_3, SIN_3, COS_6, SIN_6] = [4017, 799, 3406, 2276, 1567, 3784];
const [ROOT_2, ROOT_HALF] = [5793, 2896];

/**
 * Turns the coefficients of a component into samples, 0 to 255: `[8·height, 8·stride]`, row by row. This is the inverse transform of
 * Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT algorithms with 11 multiplications", ICASSP 1989) in 32-bit integers, with
 * 4 bits after the point between its two passes.
 *
 * @param coefficients 64 for each block, row by row, each block in rows of increasing frequency.
 * @param quantisers The 64 factors of the coefficients, in the order of the coefficients.
 */
export function samplesOf(
  { stride, height }: Component,
  coefficients: Int16Array,
  quantisers: Uint16Array,
): Uint8Array {
  const samples = new Uint8ClampedArray(64 * stride * height);
  const block = new Int32Array(64);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < stride; column++, at += 64) {
      for (let i = 0; i < 64; i++) block[i] = Math.imul(coefficients[at + i], quantisers[i]);
      for (let i = 0; i < 64; i += 8) transform(block, i, 1, 8);
      for (let i = 0; i < 8; i++) transform(block, i, 8, 12);
      for (let i = 0; i < 64; i++) {
        samples[(8 * row + (i >> 3)) * 8 * stride + 8 * column + (i & 7)] = 128 + (block[i] + 8 >> 4);
      }
    }
  }
  return new Uint8Array(samples.buffer);
}

/**
 * Transforms eight numbers in place.
 *
 * @param at The position of the first number.
 * @param step The distance of the numbers.
 * @param bits The bits to drop from a product with a cosine: 12 to keep the scale, 8 to multiply by 16.
 */
function transform(block: Int32Array, at: number, step: number, bits: number): void {
  const [i1, i2, i3, i4] = [at + step, at + 2 * step, at + 3 * step, at + 4 * step];
  const [i5, i6, i7] = [at + 5 * step, at + 6 * step, at + 7 * step];
  const half = 1 << bits - 1;
  if ((block[i1] | block[i2] | block[i3] | block[i4] | block[i5] | block[i6] | block[i7]) === 0) {
    const value = Math.imul(ROOT_2, block[at]) + 4 * half >> bits + 2;
    block[at] =
      block[i1] =
      block[i2] =
      block[i3] =
      block[i4] =
      block[i5] =
      block[i6] =
      block[i7] =
        value;
    return;
  }
  // The even half.
  const sum = Math.imul(ROOT_2, block[at]) + half >> bits;
  const difference = Math.imul(ROOT_2, block[i4]) + half >> bits;
  const even0 = sum + difference + 1 >> 1;
  const even1 = sum - difference + 1 >> 1;
  const even2 = Math.imul(block[i2], COS_6) - Math.imul(block[i6], SIN_6) + half >> bits;
  const even3 = Math.imul(block[i2], SIN_6) + Math.imul(block[i6], COS_6) + half >> bits;
  const outer0 = even0 + even3 + 1 >> 1;
  const outer3 = even0 - even3 + 1 >> 1;
  const outer1 = even1 + even2 + 1 >> 1;
  const outer2 = even1 - even2 + 1 >> 1;
  // The odd half.
  const odd0 = Math.imul(ROOT_HALF, block[i1] - block[i7]) + half >> bits;
  const odd3 = Math.imul(ROOT_HALF, block[i1] + block[i7]) + half >> bits;
  const odd1 = block[i3] << 12 - bits;
  const odd2 = block[i5] << 12 - bits;
  const a = odd0 + odd2 + 1 >> 1;
  const b = odd3 - odd1 + 1 >> 1;
  const c = odd0 - odd2 + 1 >> 1;
  const d = odd3 + odd1 + 1 >> 1;
  const inner0 = Math.imul(a, SIN_3) + Math.imul(d, COS_3) + 2048 >> 12;
  const inner3 = Math.imul(a, COS_3) - Math.imul(d, SIN_3) + 2048 >> 12;
  const inner1 = Math.imul(b, SIN_1) + Math.imul(c, COS_1) + 2048 >> 12;
  const inner2 = Math.imul(b, COS_1) - Math.imul(c, SIN_1) + 2048 >> 12;
  block[at] = outer0 + inner0;
  block[i7] = outer0 - inner0;
  block[i1] = outer1 + inner1;
  block[i6] = outer1 - inner1;
  block[i2] = outer2 + inner2;
  block[i5] = outer2 - inner2;
  block[i3] = outer3 + inner3;
  block[i4] = outer3 - inner3;
}
