import { assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import { createVector, openDevice } from "../../mod.ts";
import { InverseRoots, rootCoefficients } from "../../lib/linalg/inverse_roots.ts";
import { squareLayout } from "../../lib/linalg/matrix_view.ts";
import { Squares } from "../../lib/linalg/squares.ts";
import { distance, eigenvalues, matrixFrom, multiply, someMatrix, transpose } from "../support/matrix.ts";

const sizes = [1, 2, 12, 40, 100];

for (
  const [title, rank, scale] of [["full rank", 1000, 1], ["rank 3", 3, 1e-8], ["one large value", 1, 1e8]] as const
) {
  Deno.test(`(A^{-1/4})⁴ A = I on the part that the ridge leaves, ${title}`, async () => {
    using gpu = await openDevice({ kernels: "register", operands: "buffer" });
    {
      const layout = squareLayout(sizes.map((size) => ({ name: `${size}`, size })));
      using squares = new Squares(gpu, layout);
      const ridge = 1e-4;
      using inverseRoots = new InverseRoots(squares, ridge);
      using a = createVector(gpu, layout);
      using roots = createVector(gpu, layout);
      const matrices = sizes.map((size) => {
        const matrix = someMatrix(size, Math.min(size, rank), size);
        return multiply(matrix, transpose(matrix)).map((row) => row.map((entry) => scale * entry));
      });
      a.write(Float32Array.from(matrices.flat(2)));
      inverseRoots.record(a.buffer, roots.buffer);
      const result = await roots.read();
      layout.forEach(({ flat, rows }, i) => {
        const root = matrixFrom(result, rows, rows, flat);
        // Within blocks of 16 the products of commuting matrices are symmetric only up to rounding.
        assertLess(distance(root, transpose(root)) / Math.max(...root.flat()), 2e-5);
        const fourth = multiply(multiply(root, root), multiply(root, root));
        const largest = eigenvalues(matrices[i])[rows - 1];
        const damped = matrices[i].map((row, r) => row.map((entry, c) => entry + (r === c ? ridge * largest : 0)));
        // The ridge makes every eigenvalue count; f32's error is 1e−7 over it.
        assertLess(distance(multiply(fourth, damped)), 0.01, `size ${rows}`);
        const kept = multiply(multiply(matrices[i], fourth), matrices[i]);
        const off = distance(kept, matrices[i]) / largest;
        assertLess(off, 1.5e-4, `A X⁴ A = A but for the ridge, size ${rows}`);
      });
      const [bytes] = await gpu.read(roots.buffer);
      assertEquals(layout.pack(result), new Float32Array(bytes, 0, layout.deviceLength), "padding is 0");
    }
    assertEquals(gpu.liveBuffers, 0);
  });
}

Deno.test("coefficients bring every eigenvalue of an interval to 1, in at most 10 iterations from 1e-6 on", () => {
  for (const [lowest, highest, most] of [[1e-6, 1.05, 10], [1e-4, 1.05, 8], [0.3, 2, 4], [0.9, 1.1, 3]]) {
    const coefficients = rootCoefficients(lowest, highest);
    assertLessOrEqual(coefficients.length, most);
    for (let i = 0; i <= 1000; i++) {
      const start = lowest * (highest / lowest) ** (i / 1000);
      let x = start;
      for (const { a, b } of coefficients) {
        x *= (a - b * x) ** 4;
        assertLessOrEqual(x, 1 + 1e-12);
      }
      assertLess(Math.abs(x - 1), 1.1e-6, `from ${start}`);
    }
  }
});
