import { assertEquals, assertLess } from "@std/assert";
import { createVector, openDevice } from "../../mod.ts";
import { squareLayout } from "../../lib/linalg/matrix_view.ts";
import { OrthonormalColumns } from "../../lib/linalg/orthonormal_columns.ts";
import { Squares } from "../../lib/linalg/squares.ts";
import { TriangularInverse } from "../../lib/linalg/triangular_inverse.ts";
import { distance, gramSchmidt, type Matrix, matrixFrom, multiply, someMatrix, transpose } from "../support/matrix.ts";

const sizes = [1, 5, 16, 50, 130];

/** Columns of sizes from 1 down to `smallest`, each with a share of the first. */
function illConditioned(size: number, smallest: number): Matrix {
  const matrix = someMatrix(size, size, size);
  return matrix.map((row) => row.map((entry, j) => row[0] * 0.5 + smallest ** (j / Math.max(1, size - 1)) * entry));
}

/** GGᵀ + 1e−8·size·I for a G of 3 columns and norm ‖GGᵀ‖ = 1, columns by descending diagonal: what SOAP's bases start from. */
function almostRank3(size: number, draw: number): Matrix {
  let state = 1000 * draw + 7;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (let i = 0; i < 10; i++) random();
  const g = Array.from({ length: size }, () => {
    const scale = random() ** (1 + draw % 4);
    return Array.from({ length: 3 }, () => scale * (random() - 0.5));
  });
  const l = multiply(g, transpose(g));
  const norm = Math.hypot(...l.flat());
  const order = l.map((_, i) => i).sort((a, b) => l[b][b] - l[a][a]);
  return l.map((row, i) => order.map((j) => row[j] / norm + (i === j ? 1e-8 * size : 0)));
}

for (const operands of ["buffer", "texture"] as const) {
  Deno.test(`columns become orthonormal and agree with Gram-Schmidt in f64 (operands from a ${operands})`, async () => {
    using gpu = await openDevice({ operands });
    {
      const layout = squareLayout(sizes.map((size) => ({ name: `${size}`, size })));
      using squares = new Squares(gpu, layout);
      using orthonormal = new OrthonormalColumns(squares);
      using y = createVector(gpu, layout);
      using q = createVector(gpu, layout);
      for (const smallest of [1, 1e-2, 1e-4]) {
        y.write(Float32Array.from(sizes.flatMap((size) => illConditioned(size, smallest).flat())));
        const given = await y.read();
        orthonormal.record(y.buffer, q.buffer);
        const result = await q.read();
        layout.forEach(({ flat, rows }) => {
          const matrix = matrixFrom(result, rows, rows, flat);
          assertLess(distance(multiply(transpose(matrix), matrix)), 2e-6, `QᵀQ of size ${rows}`);
          // Errors of the columns grow with the condition number, as in any method.
          const expected = gramSchmidt(matrixFrom(given, rows, rows, flat));
          if (smallest >= 1e-2) assertLess(distance(matrix, expected), 2e-4, `Q of size ${rows}`);
        });
        const [bytes] = await gpu.read(q.buffer);
        assertEquals(layout.pack(result), new Float32Array(bytes, 0, layout.deviceLength), "padding is 0");
      }
    }
    assertEquals(gpu.liveBuffers, 0);
  });
}

Deno.test("columns of rank 3 but for what f32 rounds, in many draws, become orthonormal", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  const [draws, size] = [24, 128];
  const layout = squareLayout(Array.from({ length: draws }, (_, i) => ({ name: `${i}`, size })));
  using squares = new Squares(gpu, layout);
  using orthonormal = new OrthonormalColumns(squares);
  using y = createVector(gpu, layout);
  using q = createVector(gpu, layout);
  y.write(Float32Array.from(Array.from({ length: draws }, (_, draw) => almostRank3(size, draw)).flat(2)));
  orthonormal.record(y.buffer, q.buffer);
  const result = await q.read();
  layout.forEach(({ flat, rows }, draw) => {
    const matrix = matrixFrom(result, rows, rows, flat);
    assertLess(distance(multiply(transpose(matrix), matrix)), 2e-6, `QᵀQ of draw ${draw}`);
  });
});

Deno.test("L⁻¹ S L⁻ᵀ = I for positive definite S", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  const layout = squareLayout(sizes.map((size) => ({ name: `${size}`, size })));
  using squares = new Squares(gpu, layout);
  using inverse = new TriangularInverse(squares);
  using s = createVector(gpu, layout);
  const matrices = sizes.map((size) => {
    const matrix = someMatrix(size, size, size);
    return multiply(matrix, transpose(matrix)).map((row, i) => row.map((entry, j) => entry + (i === j ? 1 : 0)));
  });
  s.write(Float32Array.from(matrices.flat(2)));
  inverse.record(s.buffer, { shift: 0.5, floor: 1e-30 });
  const [bytes] = await gpu.read(inverse.result);
  const result = new Float32Array(bytes);
  sizes.forEach((size, i) => {
    const { offset, stride } = inverse.views[i];
    const lower = Array.from(
      { length: size },
      (_, r) => Array.from(result.subarray(offset + r * stride, offset + r * stride + size)),
    );
    const shifted = matrices[i].map((row, r) => row.map((entry, c) => entry + (r === c ? 0.5 : 0)));
    assertLess(distance(multiply(multiply(lower, shifted), transpose(lower))), 1e-5, `size ${size}`);
  });
});
