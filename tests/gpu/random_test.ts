import { assert, assertAlmostEquals, assertEquals, assertLess, assertNotEquals } from "@std/assert";
import { createVector, Layout, type Vector } from "../../mod.ts";
import type { Segment } from "../../lib/linalg/mod.ts";
import { type RandomKey, randomWords } from "../../lib/gpu/mod.ts";
import { fillRandom, permutedIndices } from "../../lib/gpu/random.ts";
import { fileDevice } from "../support/device.ts";
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice();

Deno.test("Threefry2x32-20 gives Random123's known answers", async () => {
  const answer = async (
    seed: number,
    stream: number,
    first: number,
    step: number,
  ) => [...await randomWords(gpu, { seed, stream, step }, first, 1)];
  const ones = 0xffffffff;
  assertEquals(await answer(0, 0, 0, 0), [0x6b200159, 0x99ba4efe]);
  assertEquals(await answer(ones, ones, ones, ones), [0x1cb996fc, 0xbb002be7]);
  assertEquals(await answer(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3), [0xc4923a9c, 0x483df7a0]);
});

/** Rows first … first + rows − 1 of an epoch's order; the epoch is the key's step. */
async function order(count: number, key: RandomKey, first = 0, rows = count): Promise<Uint32Array> {
  using indices = gpu.buffer("indices", rows * 4);
  permutedIndices(gpu, indices, { rows, first, count, key });
  const [bytes] = await gpu.read(indices);
  return new Uint32Array(bytes, 0, rows);
}

Deno.test("an epoch's order has every sample exactly once", async () => {
  for (const count of [1, 2, 7, 64, 1000, 4096]) {
    const identity = Uint32Array.from({ length: count }, (_, i) => i);
    for (const step of [0, 1, 2, 1000]) {
      const drawn = await sameBits(() => order(count, { seed: 5, stream: 2, step }));
      assertEquals(drawn.toSorted(), identity, `${count} samples, epoch ${step}`);
    }
  }
});

Deno.test("epochs, seeds and streams have orders of their own, none of them the samples' own", async () => {
  const keys = [
    { seed: 5, stream: 2, step: 0 },
    { seed: 5, stream: 2, step: 1 },
    { seed: 6, stream: 2, step: 0 },
    { seed: 5, stream: 3, step: 0 },
  ];
  for (const count of [64, 1000]) {
    const orders: Uint32Array[] = [Uint32Array.from({ length: count }, (_, i) => i)];
    for (const key of keys) orders.push(await order(count, key));
    orders.forEach((a, i) =>
      orders.slice(0, i).forEach((b) => {
        // Two random orders agree in a Poisson number of places with mean 1: more than 9 have a chance of 1e−7.
        assertLess(a.filter((index, k) => index === b[k]).length, 10);
      })
    );
  }
});

Deno.test("every place of an order is equally likely to hold any sample", async () => {
  const [count, epochs] = [7, 2000];
  const seen = Array.from({ length: count }, () => new Array(count).fill(0));
  using indices = gpu.buffer("indices", count * 4);
  using all = gpu.buffer("all epochs", epochs * 256);
  for (let step = 0; step < epochs; step++) {
    permutedIndices(gpu, indices, { rows: count, first: 0, count, key: { seed: 1, stream: 2, step } });
    gpu.copy(indices, all.slice(step * 256, 32));
  }
  const drawn = new Uint32Array((await gpu.read(all))[0]);
  for (let step = 0; step < epochs; step++) {
    drawn.subarray(step * 64, step * 64 + count).forEach((sample, place) => seen[place][sample]++);
  }
  // Each count is binomial with n = 2000, p = 1/7; five standard deviations.
  const [mean, deviation] = [epochs / count, Math.sqrt(epochs / count * (1 - 1 / count))];
  for (const each of seen.flat()) assertLess(Math.abs(each - mean), 5 * deviation);
});

Deno.test("batches are consecutive parts of the epoch's order", async () => {
  const key = { seed: 9, stream: 2, step: 4 };
  const whole = await order(1000, key);
  assertEquals(await order(1000, key, 0, 64), whole.slice(0, 64));
  assertEquals(await order(1000, key, 960, 40), whole.slice(960));
});

Deno.test("a batch of more rows than one dimension of workgroups holds is drawn whole", async () => {
  const count = 65535 * 64 + 1000;
  const drawn = await order(count, { seed: 5, stream: 2, step: 0 });
  const seen = new Uint8Array(count);
  for (const index of drawn) seen[index] = 1;
  assertEquals(seen.indexOf(0), -1);
});

// 60 × 50 is padded to 64 × 64 on the device, the plain length to 3008.
const matrix: Segment[] = [{ name: "w", shape: [60, 50] }];
const SIZE = 3000;

async function fill(
  content: Segment[] | number,
  distribution: "uniform" | "rademacher" | "normal",
  bound: number,
  key: RandomKey,
): Promise<Float32Array> {
  using vector: Vector = createVector(gpu, Layout.resolve(content));
  return await sameBits(() => {
    for (const segment of vector.layout) fillRandom(gpu, vector.buffer, segment, { distribution, bound, key });
    return vector.read();
  });
}

const key = { seed: 1, stream: 3, step: 7 };
const mean = (numbers: Float32Array) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

Deno.test("uniform numbers fill [−bound, bound) evenly and are not correlated with their neighbours", async () => {
  const bound = 0.25;
  const drawn = (await fill(matrix, "uniform", bound, key)).map((each) => each / bound);
  assert(drawn.every((each) => each >= -1 && each < 1));
  // Standard deviations of the estimates: mean 1/√(3n), mean square √(4/45n), product of neighbours 1/(3√n), a tenth's share
  // √(0.09n); five of them.
  assertLess(Math.abs(mean(drawn)), 5 / Math.sqrt(3 * SIZE));
  assertAlmostEquals(mean(drawn.map((each) => each * each)), 1 / 3, 5 * Math.sqrt(4 / 45 / SIZE));
  for (const distance of [1, 2, 50]) {
    assertLess(Math.abs(mean(drawn.map((each, i) => each * drawn[(i + distance) % SIZE]))), 5 / (3 * Math.sqrt(SIZE)));
  }
  for (let tenth = 0; tenth < 10; tenth++) {
    const share = drawn.filter((each) => Math.floor((each + 1) * 5) === tenth).length;
    assertLess(Math.abs(share - SIZE / 10), 5 * Math.sqrt(0.09 * SIZE));
  }
});

Deno.test("Rademacher numbers are ±1, balanced, and not correlated with their neighbours", async () => {
  const drawn = await fill(matrix, "rademacher", 1, key);
  assert(drawn.every((each) => Math.abs(each) === 1));
  assertLess(Math.abs(mean(drawn)), 5 / Math.sqrt(SIZE));
  for (const distance of [1, 2, 50]) {
    assertLess(Math.abs(mean(drawn.map((each, i) => each * drawn[(i + distance) % SIZE]))), 5 / Math.sqrt(SIZE));
  }
});

Deno.test("normal numbers have the moments and tails of the normal distribution, and neighbours are not correlated", async () => {
  const bound = 2;
  const drawn = (await fill(matrix, "normal", bound, key)).map((each) => each / bound);
  // Five standard deviations of each estimate; the variances of x², x³ and x⁴ are 2, 15 and 96.
  for (const [power, moment, variance] of [[1, 0, 1], [2, 1, 2], [3, 0, 15], [4, 3, 96]]) {
    assertAlmostEquals(mean(drawn.map((each) => each ** power)), moment, 5 * Math.sqrt(variance / SIZE));
  }
  for (const distance of [1, 2, 50]) {
    assertLess(Math.abs(mean(drawn.map((each, i) => each * drawn[(i + distance) % SIZE]))), 5 / Math.sqrt(SIZE));
  }
  for (const [limit, beyond] of [[0.6745, 0.5], [1, 0.3173], [2, 0.0455], [3, 0.0027]]) {
    const share = drawn.filter((each) => Math.abs(each) > limit).length / SIZE;
    assertAlmostEquals(share, beyond, 5 * Math.sqrt(beyond * (1 - beyond) / SIZE));
  }
});

for (const distribution of ["uniform", "rademacher", "normal"] as const) {
  Deno.test(`${distribution} numbers do not depend on padding or on how a vector is cut into segments`, async () => {
    const plain = await fill(SIZE, distribution, 1, key);
    assertEquals(await fill(matrix, distribution, 1, key), plain);
    const cut: Segment[] = [{ name: "a", shape: [7, 3] }, { name: "b", shape: [79] }, { name: "c", shape: [145, 20] }];
    assertEquals(await fill(cut, distribution, 1, key), plain);
  });

  Deno.test(`${distribution} numbers of all segments by one dispatch have the bits of those of single segments`, async () => {
    const cut: Segment[] = [{ name: "a", shape: [7, 3] }, { name: "b", shape: [79] }, { name: "c", shape: [145, 20] }];
    const plain = await fill(cut, distribution, 2, key);
    using vector = createVector(gpu, cut);
    const { dispatches } = gpu.tally(() => vector.fillRandom({ distribution, bound: 2, key }));
    assertEquals([dispatches, await vector.read()], [1, plain]);
    using flat = createVector(gpu, new Layout(3));
    flat.fillRandom({ distribution, bound: 2, key });
    assertEquals(await flat.read(), plain.slice(0, 3));
  });

  Deno.test(`${distribution} numbers leave the padding zero`, async () => {
    using vector = createVector(gpu, matrix);
    fillRandom(gpu, vector.buffer, vector.layout[0], { distribution, key });
    const [bytes] = await gpu.read(vector.buffer);
    const all = new Float32Array(bytes);
    assertEquals(all.filter((each) => each !== 0).length, (await vector.read()).filter((each) => each !== 0).length);
  });

  Deno.test(`${distribution} numbers of other seeds, streams and steps are others`, async () => {
    const drawn = await fill(SIZE, distribution, 1, key);
    for (const other of [{ ...key, seed: 2 }, { ...key, stream: 4 }, { ...key, step: 8 }]) {
      const numbers = await fill(SIZE, distribution, 1, other);
      assertNotEquals(numbers, drawn);
      // The product of two independent numbers has mean 0 and a standard deviation of at most 1.
      assertLess(Math.abs(mean(numbers.map((each, i) => each * drawn[i]))), 5 / Math.sqrt(SIZE));
    }
  });
}
