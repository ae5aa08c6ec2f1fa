import { assertAlmostEquals, assertEquals } from "@std/assert";
import { Norms } from "../../lib/linalg/norms.ts";
import { fileDevice, readFloats } from "../support/device.ts";

const gpu = await fileDevice();

Deno.test("a norm is right wherever it is an f32 number, although the sum of squares is not", async () => {
  const size = 1000;
  const scales = [0, 1e-37, 1e-30, 1e-19, 1, 3e18, 1e27, 1e35];
  const numbers = new Float32Array(scales.length * size);
  const expected = scales.map((scale, s) => {
    let sum = 0;
    for (let i = 0; i < size; i++) {
      const x = numbers[s * size + i] = Math.fround(scale * Math.sin(i));
      sum += x === 0 || scale === 0 ? 0 : (x / scale) ** 2;
    }
    return scale * Math.sqrt(sum);
  });
  using data = gpu.buffer("data", numbers.byteLength);
  gpu.write(data, numbers);
  using norms = new Norms(gpu, scales.map((_, s) => ({ offset: s * size, size })));
  norms.record(data);
  const found = await readFloats(gpu, norms.buffer, scales.length);
  assertEquals(found[0], 0);
  // The smallest numbers of the second range are subnormal, which adapters may take for 0.
  scales.forEach((scale, s) => scale > 0 && assertAlmostEquals(found[s] / expected[s], 1, scale < 1e-30 ? 1e-3 : 1e-6));
});

Deno.test("the norm of numbers that are not finite is not finite", async () => {
  using data = gpu.buffer("data", 64);
  gpu.write(data, Float32Array.of(1, Infinity, 0, 0, 1, NaN, 0, 0));
  using norms = new Norms(gpu, [{ offset: 0, size: 4 }, { offset: 4, size: 4 }]);
  norms.record(data);
  const found = await readFloats(gpu, norms.buffer, 2);
  assertEquals([...found].map(Number.isFinite), [false, false]);
});
