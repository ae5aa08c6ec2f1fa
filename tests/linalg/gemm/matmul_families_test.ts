import { assert, assertEquals, assertLess } from "@std/assert";
import { type Gpu, openDevice } from "../../../mod.ts";
import type { DeviceBuffer, OperandAccess } from "../../../lib/gpu/mod.ts";
import { matmulAdjoint, matmulForward } from "../../../lib/linalg/gemm/matmul.ts";
import { WeightSums } from "../../../lib/linalg/gemm/weight_sums.ts";
import { canCompute, FAMILIES, isStraight, type ProductFamily } from "../../../lib/linalg/gemm/family.ts";
import type { MatmulShape } from "../../../lib/linalg/gemm/shape.ts";

// Rounding of a sum of n products grows like √n, relative to the sum of their magnitudes.
const tolerance = (n: number) => 2 * Math.sqrt(n) * 2 ** -24;

/**
 * Shapes whose sides are one tile, several, and no multiple of one. Straight-line text is another for each length of a sum, and longer sums
 * than 256 take several: these shapes need texts for 16, 32 and 256.
 */
const shapes: MatmulShape[] = [
  { rows: 16, outputs: 16, inputs: 16 },
  { rows: 256, outputs: 32, inputs: 32 },
  { rows: 304, outputs: 32, inputs: 256 },
  { rows: 256, outputs: 16, inputs: 528 },
  { rows: 256, outputs: 288, inputs: 32 },
  { rows: 512, outputs: 32, inputs: 288 },
];

// Where an operand is read is decided in the function that reads it, of which the rest of a text knows nothing. So operands from buffers are
// tried with the fewest texts that have every kind of product and two terms.
const ways: { operands: OperandAccess; shapes: readonly MatmulShape[]; terms: readonly number[] }[] = [
  { operands: "texture", shapes, terms: [1, 2] },
  { operands: "buffer", shapes: shapes.slice(0, 3), terms: [2] },
];

/** A matrix on the host whose entries are of either sign. */
function matrix(rows: number, columns: number, seed: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed) % 1);
}

/** A sum of products in f64, with the sum of their magnitudes. */
interface Reference {
  value: Float64Array;
  magnitude: Float64Array;
  count: number;
}

const references = new Map<string, Reference>();

/** The reference of a [n, m] result whose entry (i, j) is the sum of the products that `visit` adds; computed once. */
function reference(
  key: string,
  n: number,
  m: number,
  visit: (i: number, j: number, add: (a: number, b: number) => void) => void,
): Reference {
  let known = references.get(key);
  if (known === undefined) {
    known = { value: new Float64Array(n * m), magnitude: new Float64Array(n * m), count: 0 };
    const { value, magnitude } = known;
    for (let i = 0; i < n * m; i++) {
      let count = 0;
      visit(Math.floor(i / m), i % m, (a, b) => {
        value[i] += a * b;
        magnitude[i] += Math.abs(a * b);
        count++;
      });
      known.count = Math.max(known.count, count);
    }
    references.set(key, known);
  }
  return known;
}

/** ‖result − value‖ / ‖magnitude‖. */
function rounding(result: Float32Array, { value, magnitude }: Reference): number {
  let error = 0;
  let scale = 0;
  value.forEach((expected, i) => {
    error += (result[i] - expected) ** 2;
    scale += magnitude[i] ** 2;
  });
  return Math.sqrt(error / scale);
}

/** Every product of one shape, of so many terms: its name and f64 value, and the recording of it. */
function products(gpu: Gpu, shape: MatmulShape, termCounts: readonly number[], owned: DeviceBuffer[]) {
  const { rows, outputs, inputs } = shape;
  const upload = (data: Float32Array) => {
    const buffer = gpu.buffer("operand", data.byteLength);
    gpu.write(buffer, data);
    owned.push(buffer);
    return buffer;
  };
  const empty = (count: number) => upload(new Float32Array(count));
  const x = [matrix(rows, inputs, 1), matrix(rows, inputs, 2)];
  const w = [matrix(outputs, inputs, 3), matrix(outputs, inputs, 4)];
  const z = [matrix(rows, outputs, 5), matrix(rows, outputs, 6)];
  const b = matrix(1, outputs, 7);
  const [xs, ws, zs] = [x, w, z].map((pair) => pair.map(upload));
  const bias = upload(b);
  const scratch = empty(rows * Math.max(outputs, inputs));
  const length = Math.ceil(outputs * (inputs + 1) / 64) * 64;
  const key = JSON.stringify(shape);
  return termCounts.flatMap((terms) => {
    const to = empty(Math.max(rows * outputs, rows * inputs));
    const term = [0, 1].slice(0, terms);
    return [
      {
        kind: "forward" as const,
        name: `forward of ${terms} terms, ${key}`,
        expected: reference(`forward ${terms} ${key}`, rows, outputs, (n, o, add) => {
          add(b[o], 1);
          for (const t of term) for (let i = 0; i < inputs; i++) add(x[t][n * inputs + i], w[t][o * inputs + i]);
        }),
        async compute(family: ProductFamily) {
          const operands = term.map((t) => ({ x: xs[t], w: ws[t] }));
          matmulForward(gpu, { terms: operands, bias, z: to, shape, scratch }, family);
          return new Float32Array((await gpu.read(to))[0], 0, rows * outputs);
        },
      },
      {
        kind: "adjoint" as const,
        name: `adjoint of ${terms} terms, ${key}`,
        expected: reference(`adjoint ${terms} ${key}`, rows, inputs, (n, i, add) => {
          for (const t of term) for (let o = 0; o < outputs; o++) add(z[t][n * outputs + o], w[t][o * inputs + i]);
        }),
        async compute(family: ProductFamily) {
          const operands = term.map((t) => ({ z: zs[t], w: ws[t] }));
          const pool = { take: () => scratch, give() {} };
          matmulAdjoint(gpu, { terms: operands, x: to, shape, pool }, family);
          return new Float32Array((await gpu.read(to))[0], 0, rows * inputs);
        },
      },
      {
        // The weights' gradient, then the biases'.
        kind: "weight" as const,
        name: `weight of ${terms} terms, ${key}`,
        expected: reference(`weight ${terms} ${key}`, 1, outputs * inputs + outputs, (_, at, add) => {
          const bias = at - outputs * inputs;
          const o = Math.floor(at / inputs);
          if (bias >= 0) { for (let n = 0; n < rows; n++) add(z[0][n * outputs + bias], 1); }
          else {for (const t of term) {
              for (let n = 0; n < rows; n++) add(z[t][n * outputs + o], x[t][n * inputs + at % inputs]);
            }}
        }),
        async compute(family: ProductFamily) {
          using sums = new WeightSums(gpu, { label: "sums", length, rows });
          sums.begin(rows);
          sums.add({ terms: term.map((t) => ({ z: zs[t], x: xs[t] })), shape, offset: 0 }, family);
          using to = gpu.buffer("weights' gradient", length * 4);
          using flags = gpu.buffer("flags", 16);
          sums.finish({ to, keep: false, flags, step: 0 });
          return new Float32Array((await gpu.read(to))[0], 0, outputs * (inputs + 1));
        },
      },
    ];
  });
}

for (const family of FAMILIES) {
  Deno.test(`products of any shape agree with f64, twice and by either operand access with the same bits (${family})`, async () => {
    const first = new Map<string, Float32Array>();
    for (const { operands, shapes, terms } of ways) {
      const tried = new Set<string>();
      using gpu = await openDevice({ operands });
      for (const shape of shapes) {
        const owned: DeviceBuffer[] = [];
        for (const { kind, name, expected, compute } of products(gpu, shape, terms, owned)) {
          if (!canCompute(gpu, family, { kind, shape })) continue;
          tried.add(kind);
          const where = `${name} from a ${operands}`;
          const result = await compute(family);
          assertLess(rounding(result, expected), tolerance(expected.count), where);
          assertEquals(result, await compute(family), `${where}: again`);
          const before = first.get(name);
          if (before === undefined) first.set(name, result);
          else assert(before.every((entry, i) => entry === result[i]), `${where}: other bits`);
        }
        for (const buffer of owned) buffer[Symbol.dispose]();
      }
      assertEquals(gpu.liveBuffers, 0);
      assertEquals([...tried].sort(), isStraight(family) ? ["adjoint", "forward"] : ["adjoint", "forward", "weight"]);
    }
  });
}
