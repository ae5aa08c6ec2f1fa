import { assertEquals, assertLess } from "@std/assert";
import { createVector, openDevice } from "../../mod.ts";
import { BasisRotation } from "../../lib/linalg/basis_rotation.ts";
import { identities, squareLayout } from "../../lib/linalg/matrix_view.ts";
import { Squares } from "../../lib/linalg/squares.ts";
import { sameBits } from "../support/same_bits.ts";
import { distance, type Matrix, matrixFrom, multiply, someMatrix, transpose } from "../support/matrix.ts";

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
    using gpu = await openDevice();
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
