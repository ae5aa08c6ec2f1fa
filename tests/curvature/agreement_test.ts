import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { diagonalAgreement } from "../../lib/curvature/mod.ts";
import { randomNumbers } from "../support/random_numbers.ts";

/** Normal numbers of mean 0 and variance 1 (Box & Muller). */
function normalNumbers(count: number, seed: number): Float64Array {
  const random = randomNumbers(seed);
  return Float64Array.from({ length: count }, () => {
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  });
}

Deno.test("agreement of two log-normal diagonals has their correlation, ratio and spread", () => {
  const count = 20_000;
  const [common, ownX, ownY] = [1, 2, 3].map((seed) => normalNumbers(count, seed));
  // log₁₀ x and log₁₀ y have variance 1 + 0.25 each and covariance 1; x/y has median 1000.
  const x = common.map((each, i) => 10 ** (each + 0.5 * ownX[i] + 3));
  const y = common.map((each, i) => 10 ** (each + 0.5 * ownY[i]));
  const { entries, ignored, correlation, medianRatio, logSpread, medianDistance, histogram } = diagonalAgreement(x, y);
  assertEquals([entries, ignored], [count, 0]);
  // Five standard deviations: (1 − ρ²)/√n of a correlation, σ/√(2n) of a spread, 1.25 σ/√n of a median.
  const spread = Math.sqrt(0.5);
  assertAlmostEquals(correlation, 0.8, 5 * 0.36 / Math.sqrt(count));
  assertAlmostEquals(logSpread, spread, 5 * spread / Math.sqrt(2 * count));
  assertAlmostEquals(Math.log10(medianRatio), 3, 5 * 1.25 * spread / Math.sqrt(count));
  assertAlmostEquals(medianDistance, 3, 5 * 1.25 * spread / Math.sqrt(count));
  assertEquals(histogram.counts.reduce((sum, each) => sum + each), count);
  assertEquals(histogram.counts.length, 60 * 60);
});

Deno.test("entries that are 0 in one diagonal are ignored and counted, in any precision", () => {
  const x = Float32Array.of(0, 1, 10, 0, 100, 4);
  const y = Float64Array.of(1, 2, 20, 0, 200, 0);
  const { entries, ignored, correlation, medianRatio, logSpread, difference } = diagonalAgreement(x, y, 2);
  assertEquals([entries, ignored], [3, 3]);
  assertAlmostEquals(correlation, 1, 1e-12);
  assertAlmostEquals(medianRatio, 0.5, 1e-12);
  assertAlmostEquals(logSpread, 0, 1e-7);
  // Zeros count in the difference of the diagonals themselves.
  const [squares, sizes] = [1 + 1 + 100 + 10_000 + 16, (1 + 100 + 10_000 + 16 + 1 + 4 + 400 + 40_000) / 2];
  assertAlmostEquals(difference, Math.sqrt(squares / sizes), 1e-12);
});

Deno.test("the histogram has rows for y and columns for x, from the smallest to the largest logarithm", () => {
  const { histogram } = diagonalAgreement(Float64Array.of(1, 1, 1, 100), Float64Array.of(1e-4, 1e-4, 1, 1), 2);
  assertEquals([...histogram.x], [0, 1, 2]);
  assertEquals([...histogram.y], [-4, -2, 0]);
  assertEquals([...histogram.counts], [2, 0, 1, 1]);
});

Deno.test("a diagonal agrees with itself, and one without variation or entries has no correlation", () => {
  const x = normalNumbers(100, 4).map(Math.exp);
  const { correlation, medianRatio, logSpread, medianDistance, difference } = diagonalAgreement(x, x);
  assertAlmostEquals(correlation, 1, 1e-12);
  assertEquals([medianRatio, logSpread, medianDistance, difference], [1, 0, 0, 0]);
  for (const count of [1, 5, 6, 7, 49]) {
    const constant = diagonalAgreement(new Float64Array(count).fill(2), normalNumbers(count, 6).map(Math.exp));
    assert(Number.isNaN(constant.correlation));
    assertEquals(constant.histogram.counts.reduce((sum, each) => sum + each), count);
  }
  const empty = diagonalAgreement(new Float32Array(5), new Float32Array(5));
  assertEquals([empty.entries, empty.ignored, empty.difference], [0, 5, 0]);
  assert([empty.correlation, empty.medianRatio, empty.logSpread, empty.medianDistance].every(Number.isNaN));
});

Deno.test("diagonals that are nothing but noise differ by √(2 − 4/π) of their size, whatever the scale of each entry", () => {
  const scales = normalNumbers(20_000, 7).map((each) => Math.exp(each / 2));
  const [x, y] = [8, 9].map((seed) => normalNumbers(20_000, seed).map((each, i) => Math.abs(each) * scales[i]));
  // Entries count by their squared scales, so that there are as good as 20 000/e of them; five standard deviations.
  assertAlmostEquals(diagonalAgreement(x, y).difference, Math.sqrt(2 - 4 / Math.PI), 5 / Math.sqrt(20_000 / Math.E));
});

Deno.test("diagonals of different lengths and entries that are negative or not finite are refused", () => {
  const five = new Float32Array(5);
  assertThrows(
    () => diagonalAgreement(five, new Float32Array(4)),
    Error,
    "diagonalAgreement: expected diagonals of one length, found 5 and 4 entries.",
  );
  for (const wrong of [-1, NaN, Infinity]) {
    assertThrows(
      () => diagonalAgreement(five, five.with(3, wrong)),
      Error,
      `diagonalAgreement: expected finite entries of at least 0, found ${wrong} at 3.`,
    );
  }
});
