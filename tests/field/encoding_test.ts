import { assert, assertEquals } from "@std/assert";
import { positionalEncoding } from "../../mod.ts";
import { padWidth } from "../../lib/linalg/layout.ts";
import { fileDevice, readFloats } from "../support/device.ts";
import { upload, wave } from "../support/matrices.ts";
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice();

/** [x, then for each coordinate L sines and L cosines of 2ᵏπx], in f64; whole turns of 2 are taken off first, which is exact. */
function encode(x: readonly number[], octaves: number): number[] {
  const angles = (c: number) => Array.from({ length: octaves }, (_, k) => Math.PI * (2 ** k * c % 2));
  return [...x, ...x.flatMap((c) => [...angles(c).map(Math.sin), ...angles(c).map(Math.cos)])];
}

// sinpi and cospi: 1.4e−7 for π, its product with at most a half and their difference, 1.2e−7 for the polynomial in f32.
const TOLERANCE = 2.6e-7;

for (
  const { inputs, octaves, rows } of [
    { inputs: 1, octaves: 1, rows: 1 },
    { inputs: 2, octaves: 8, rows: 33 },
    { inputs: 3, octaves: 10, rows: 16 },
    { inputs: 17, octaves: 3, rows: 5 },
    { inputs: 2, octaves: 24, rows: 40 },
  ]
) {
  Deno.test(`${inputs} coordinates in ${octaves} octaves agree with f64, and the padding is zero`, async () => {
    const x = wave(rows * inputs, 1.3);
    // The ends, the middle, and what lies a bit beyond them.
    [-1, 1, 0, -0.5, 1.75, -3].slice(0, x.length).forEach((each, i) => x[i] = each);
    const encoding = positionalEncoding({ octaves });
    const width = encoding.outputs(inputs);
    assertEquals(width, inputs * (1 + 2 * octaves));
    const stride = padWidth(width);
    using source = upload(gpu, x, inputs);
    using encoded = gpu.buffer("encoded", rows * stride * 4);
    const actual = await sameBits(async () => {
      gpu.write(encoded, new Float32Array(rows * stride).fill(7));
      encoding.record(gpu, source, encoded, { rows, inputs, inputStride: padWidth(inputs), outputStride: stride });
      return await readFloats(gpu, encoded, rows * stride);
    });
    for (let n = 0; n < rows; n++) {
      const row = [...x.subarray(n * inputs, (n + 1) * inputs)];
      const found = [...actual.subarray(n * stride, (n + 1) * stride)];
      assertEquals(found.slice(0, inputs), row);
      assertEquals(found.slice(width), new Array(stride - width).fill(0));
      encode(row, octaves).forEach((each, i) =>
        assert(Math.abs(found[i] - each) <= TOLERANCE, `row ${n}, feature ${i}: ${found[i]}, expected ${each}`)
      );
    }
  });
}
