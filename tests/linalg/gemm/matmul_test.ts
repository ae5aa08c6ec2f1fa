import { assert, assertEquals } from "@std/assert";
import type { DeviceBuffer } from "../../../lib/gpu/mod.ts";
import { padWidth } from "../../../lib/linalg/layout.ts";
import { matmulAdjoint, matmulForward } from "../../../lib/linalg/gemm/matmul.ts";
import { registerWeight } from "../../../lib/linalg/gemm/register.ts";
import { padRows } from "../../../lib/linalg/gemm/shape.ts";
import { fileDevice, readFloats } from "../../support/device.ts";
import { download, upload, wave } from "../../support/matrices.ts";
import { sameBits } from "../../support/same_bits.ts";

const gpu = await fileDevice();

// Sizes as a person sees them: batch 1, one unit, a whole tile, one more than it, none a multiple of a tile, and depths of
// several hundred.
const shapes = [
  { rows: 1, outputs: 1, inputs: 1 },
  { rows: 1, outputs: 17, inputs: 3 },
  { rows: 16, outputs: 16, inputs: 16 },
  { rows: 17, outputs: 33, inputs: 18 },
  { rows: 37, outputs: 5, inputs: 129 },
  { rows: 300, outputs: 40, inputs: 2 },
];

/** A sum of products in f64, with the sum of their magnitudes, which bounds what rounding can do. */
interface Sum {
  value: number;
  magnitude: number;
}

function sumOf(products: Iterable<number>): Sum {
  const sum = { value: 0, magnitude: 0 };
  for (const product of products) {
    sum.value += product;
    sum.magnitude += Math.abs(product);
  }
  return sum;
}

/**
 * n products added one after the other in f32, in any order, fused or not, end within n·2⁻²⁴·Σ|products| of the true sum
 * (Higham 2002, "Accuracy and stability of numerical algorithms", §3.1, to first order).
 */
function assertSums(actual: Float32Array, expected: readonly Sum[], terms: number, what: string): void {
  assertEquals(actual.length, expected.length, what);
  expected.forEach(({ value, magnitude }, i) => {
    const error = Math.abs(actual[i] - value);
    assert(error <= (terms + 2) * 2 ** -24 * magnitude, `${what}, entry ${i}: ${actual[i]}, expected ${value}`);
  });
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Everything of a padded matrix beyond its rows and columns. */
async function padding(buffer: DeviceBuffer, rows: number, columns: number): Promise<number[]> {
  const stride = padWidth(columns);
  const all = await readFloats(gpu, buffer, padRows(rows) * stride);
  return [...all].filter((_, i) => i % stride >= columns || i >= rows * stride);
}

/** Two terms' operands in flat order, and what the tests of one shape share. */
function problem({ rows, outputs, inputs }: typeof shapes[number]) {
  return {
    name: `${rows} rows, ${inputs} inputs, ${outputs} outputs`,
    padded: { rows: padRows(rows), outputs: padWidth(outputs), inputs: padWidth(inputs) },
    x: [wave(rows * inputs, 1.3), wave(rows * inputs, 0.7)],
    w: [wave(outputs * inputs, 2.1), wave(outputs * inputs, 0.4)],
    z: [wave(rows * outputs, 1.7), wave(rows * outputs, 0.9)],
    b: wave(outputs, 0.6),
  };
}

function free(operands: readonly Record<string, DeviceBuffer>[]): void {
  for (const operand of operands) for (const buffer of Object.values(operand)) buffer[Symbol.dispose]();
}

for (const access of ["buffer", "texture"] as const) {
  for (const terms of [1, 2]) {
    const t = range(terms);
    const how = `${terms === 1 ? "one term" : "two terms"}, operands from ${access}s, any shape`;

    Deno.test(`Z = Σ X Wᵀ + b agrees with f64: ${how}`, async () => {
      gpu.tuner.adopt({ operands: access });
      for (const shape of shapes) {
        const { rows, outputs, inputs } = shape;
        const { name, padded, x, w, b } = problem(shape);
        using bias = upload(gpu, b, outputs);
        using result = gpu.buffer("z", padded.rows * padded.outputs * 4);
        const operands = t.map((k) => ({ x: upload(gpu, x[k], inputs), w: upload(gpu, w[k], inputs) }));
        const actual = await sameBits(async () => {
          gpu.clear(result);
          matmulForward(gpu, { terms: operands, bias, z: result, shape: padded });
          return await download(gpu, result, rows, outputs);
        });
        const expected = range(rows).flatMap((n) =>
          range(outputs).map((o) =>
            sumOf([b[o], ...t.flatMap((k) => range(inputs).map((i) => x[k][n * inputs + i] * w[k][o * inputs + i]))])
          )
        );
        assertSums(actual, expected, terms * padded.inputs, name);
        // Columns that do not exist stay zero; rows that do not hold the bias.
        assert((await padding(result, padded.rows, outputs)).every((entry) => entry === 0), name);
        free(operands);
      }
    });

    Deno.test(`X̄ = Σ Z̄ W agrees with f64: ${how}`, async () => {
      gpu.tuner.adopt({ operands: access });
      for (const shape of shapes) {
        const { rows, outputs, inputs } = shape;
        const { name, padded, z, w } = problem(shape);
        using result = gpu.buffer("x", padded.rows * padded.inputs * 4);
        using scratch = gpu.buffer("scratch", padded.rows * padded.inputs * 4);
        const pool = { take: () => scratch, give() {} };
        const operands = t.map((k) => ({ z: upload(gpu, z[k], outputs), w: upload(gpu, w[k], inputs) }));
        const actual = await sameBits(async () => {
          gpu.clear(result);
          matmulAdjoint(gpu, { terms: operands, x: result, shape: padded, pool });
          return await download(gpu, result, rows, inputs);
        });
        const expected = range(rows).flatMap((n) =>
          range(inputs).map((i) =>
            sumOf(t.flatMap((k) => range(outputs).map((o) => z[k][n * outputs + o] * w[k][o * inputs + i])))
          )
        );
        assertSums(actual, expected, terms * padded.outputs, name);
        assert((await padding(result, rows, inputs)).every((entry) => entry === 0), name);
        free(operands);
      }
    });

    Deno.test(`W̄ = Σ Z̄ᵀ X and b̄ = Σₙ Z̄₀ agree with f64, split by split: ${how}`, async () => {
      gpu.tuner.adopt({ operands: access });
      for (const shape of shapes) {
        const { rows, outputs, inputs } = shape;
        const { name, padded, z, x } = problem(shape);
        const operands = t.map((k) => ({
          z: upload(gpu, z[k], outputs, 64),
          x: upload(gpu, x[k], inputs, 64),
        }));
        for (const splits of [1, 3]) {
          // The layer lies behind a gap of 5 vec4s in a vector that goes on for 7 more.
          const weights = padded.outputs * padded.inputs;
          const stride = 5 + (weights + padded.outputs) / 4 + 7;
          const rowsPerSplit = padRows(Math.ceil(padded.rows / splits));
          using partials = gpu.buffer("partials", splits * stride * 16);
          const actual = await sameBits(async () => {
            gpu.write(partials, new Float32Array(splits * stride * 4).fill(-7));
            const place = { offset: 5, stride, splits, rowsPerSplit };
            registerWeight(gpu, "register", { terms: operands, partials, shape: padded, place });
            return await readFloats(gpu, partials, splits * stride * 4);
          });
          for (const s of range(splits)) {
            const members = range(rows).filter((n) => Math.floor(n / rowsPerSplit) === s);
            const at = s * stride * 4 + 20;
            const end = at + weights + padded.outputs;
            const expected = range(padded.outputs).flatMap((o) =>
              range(padded.inputs).map((i) => {
                const exists = o < outputs && i < inputs;
                const products = (k: number) => members.map((n) => z[k][n * outputs + o] * x[k][n * inputs + i]);
                return sumOf(exists ? t.flatMap(products) : []);
              })
            );
            const biases = range(padded.outputs).map((o) =>
              sumOf(members.map((n) => o < outputs ? z[0][n * outputs + o] : 0))
            );
            const part = `${name}, split ${s} of ${splits}`;
            assertSums(actual.subarray(at, at + weights), expected, terms * rowsPerSplit, `${part}: weights`);
            assertSums(actual.subarray(at + weights, end), biases, rowsPerSplit, `${part}: biases`);
            const beside = [...actual.subarray(s * stride * 4, at), ...actual.subarray(end, (s + 1) * stride * 4)];
            assert(beside.every((entry) => entry === -7), `${part}: written beside the layer's place`);
          }
        }
        free(operands);
      }
    });
  }
}
