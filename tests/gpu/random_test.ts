import { assertEquals, assertLess } from "@std/assert";
import { createVector, openDevice, randomWords } from "../../mod.ts";
import { permutedIndices } from "../../lib/gpu/random.ts";

Deno.test("Threefry2x32-20 gives Random123's known answers", async () => {
  using gpu = await openDevice();
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

Deno.test("an epoch's order has every sample once, and another epoch another order", async () => {
  using gpu = await openDevice();
  for (const count of [1, 2, 7, 1000, 4096]) {
    using indices = gpu.buffer("indices", count * 4);
    const order = async (step: number) => {
      permutedIndices(gpu, indices, count, 0, count, { seed: 5, stream: 2, step });
      return [...new Uint32Array((await gpu.read(indices))[0]).subarray(0, count)];
    };
    const first = await order(0);
    assertEquals([...first].sort((a, b) => a - b), Array.from({ length: count }, (_, i) => i));
    if (count >= 1000) {
      const second = await order(1);
      // Two random orders agree in one place on average.
      assertLess(first.filter((index, i) => index === second[i]).length, 10);
    }
  }
});

Deno.test("Rademacher probes are ±1, balanced, and do not depend on how a vector is padded", async () => {
  using gpu = await openDevice();
  using matrix = createVector(gpu, [{ name: "w", shape: [60, 50] }]);
  using plain = createVector(gpu, new Float32Array(3000));
  const key = { seed: 1, stream: 3, step: 7 };
  for (const vector of [matrix, plain]) vector.fillRademacher(key);
  const [a, b] = [await matrix.read(), await plain.read()];
  assertEquals(a, b);
  assertEquals(a.every((entry) => Math.abs(entry) === 1), true);
  // 3000 signs: five standard deviations.
  assertLess(Math.abs(a.reduce((sum, entry) => sum + entry, 0)), 5 * Math.sqrt(3000));
});
