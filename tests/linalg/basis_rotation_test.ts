import { assertEquals, assertLess } from "@std/assert";
import { createVector, openDevice } from "../../mod.ts";
import { BasisRotation } from "../../lib/linalg/basis_rotation.ts";
import { identities, squareLayout } from "../../lib/linalg/matrix_view.ts";
import { Squares } from "../../lib/linalg/squares.ts";
import { sameBits } from "../support/same_bits.ts";
import { distance, eigenpairs, type Matrix, matrixFrom, multiply, someMatrix, transpose } from "../support/matrix.ts";

const sizes = [1, 2, 7, 16, 33, 100];

/** L = G Gᵀ of a size and rank, as SOAP's are; ‖L‖ is far from 1. */
function factor(size: number, rank: number): Matrix {
  const matrix = someMatrix(size, rank, size).map((row, i) => row.map((entry) => entry / Math.sqrt(i + 1)));
  return multiply(matrix, transpose(matrix)).map((row) => row.map((entry) => 1e-9 * entry));
}

const zeros = (size: number): Matrix => Array.from({ length: size }, () => Array(size).fill(0));

/** The norm of the off-diagonal part of QᵀLQ, relative to ‖L‖. */
function offDiagonal(l: Matrix, q: Matrix): number {
  const m = multiply(multiply(transpose(q), l), q);
  const off = distance(m, m.map((row, r) => row.map((entry, c) => r === c ? entry : 0)));
  return off / (Math.hypot(...l.flat()) || 1);
}

// In L's null space M is noise of f32, up to 0.03 of the floor, which the polynomial mends up to 2 % of that.
const cases = [["full rank", 1000, 1e-4], ["rank 3", 3, 1e-3], ["zero", 0, 1e-7]] as const;

for (const [title, rank, tolerance] of cases) {
  Deno.test(`a basis turns towards the eigenvectors and stays orthonormal, ${title}`, async () => {
    using gpu = await openDevice({ kernels: "register", operands: "buffer" });
    {
      const layout = squareLayout(sizes.map((size) => ({ name: `${size}`, size })));
      using squares = new Squares(gpu, layout);
      using rotation = new BasisRotation(squares);
      using l = createVector(gpu, layout);
      const matrices = sizes.map((size) => rank === 0 ? zeros(size) : factor(size, Math.min(rank, size)));
      l.write(Float32Array.from(matrices.flat(2)));
      const after = async (steps: number) => {
        using q = createVector(gpu, layout);
        q.write(identities(layout));
        for (let step = 0; step < steps; step++) rotation.record(l.buffer, q.buffer);
        return await q.read();
      };
      const [few, many] = [await sameBits(() => after(4)), await after(40)];
      layout.forEach(({ flat, rows }, i) => {
        const [soon, late] = [few, many].map((q) => matrixFrom(q, rows, rows, flat));
        assertLess(distance(multiply(transpose(soon), soon)), 0.01 * Math.sqrt(rows), `QᵀQ of size ${rows}`);
        assertLess(distance(multiply(transpose(late), late)), tolerance, `QᵀQ of size ${rows}`);
        assertLess(offDiagonal(matrices[i], late), 0.01, `QᵀLQ of size ${rows}`);
      });
    }
    assertEquals(gpu.liveBuffers, 0);
  });
}

/** The polynomial of degree 4 that equals (1 + x)^{−1/2} at the Chebyshev-Lobatto points of [0, 3], in Lagrange's form. */
function inverseRoot(x: number): number {
  const points = [0, 1, 2, 3, 4].map((k) => 1.5 * (1 - Math.cos(k * Math.PI / 4)));
  return points.reduce((sum, own) => {
    const others = points.filter((point) => point !== own);
    return sum + others.reduce((product, point) => product * (x - point) / (own - point), 1 / Math.sqrt(1 + own));
  }, 0);
}

/** One step from Q = I on as docs/math.md has it, and whether K had to be scaled down. */
function rotated(m: Matrix): { basis: Matrix; limited: boolean } {
  const norm = Math.hypot(...m.flat());
  const k = m.map((row, i) =>
    row.map((entry, j) => Math.sign(m[j][j] - m[i][i]) * entry / (Math.max(m[i][i], m[j][j]) + 3e-6 * norm))
  );
  const bound = Math.hypot(...multiply(transpose(k), k).flat()) / Math.SQRT2;
  const scale = Math.sqrt(3 / Math.max(3, bound));
  const y = k.map((row, i) => row.map((entry, j) => (i === j ? 1 : 0) + scale * entry));
  const pairs = eigenpairs(multiply(transpose(y), y));
  const root = y.map((_, i) =>
    y.map((_, j) => pairs.reduce((sum, [x, v]) => sum + v[i] * v[j] * inverseRoot(x - 1), 0))
  );
  return { basis: multiply(y, root), limited: bound > 3 };
}

Deno.test("one step is the formula's, with its floor and its limit", async () => {
  using gpu = await openDevice({ kernels: "register" });
  // The last two diagonal entries are next to the floor, which damps the turn between them.
  const low = [[1, 0, 0], [0, 8e-6, 3e-6], [0, 3e-6, 2e-6]];
  // Off-diagonal entries nearly as large as the diagonal's, so that K is far beyond the limit.
  const full = Array.from({ length: 9 }, (_, i) => Array.from({ length: 9 }, (_, j) => i === j ? 1 + 0.01 * i : 0.99));
  const layout = squareLayout([{ name: "low", size: 3 }, { name: "full", size: 9 }]);
  using squares = new Squares(gpu, layout);
  using rotation = new BasisRotation(squares);
  using l = createVector(gpu, layout);
  using q = createVector(gpu, layout);
  l.write([...low, ...full].flat());
  q.write(identities(layout));
  rotation.record(l.buffer, q.buffer);
  const result = await q.read();
  [low, full].forEach((matrix, i) => {
    const { basis, limited } = rotated(matrix);
    assertEquals(limited, matrix === full);
    const { name, rows, flat } = layout[i];
    // Each of four products in a row sums 9 terms of at most 4, so that rounding errors stay below 4 · 9 · 4 · 2⁻²⁴.
    assertLess(distance(matrixFrom(result, rows, rows, flat), basis), 4 * 9 * 4 * 2 ** -24, name);
  });
});
