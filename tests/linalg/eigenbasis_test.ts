import { assertEquals, assertLess } from "@std/assert";
import { createVector, openDevice } from "../../mod.ts";
import { Eigenbasis } from "../../lib/linalg/eigenbasis.ts";
import { squareLayout } from "../../lib/linalg/matrix_view.ts";
import { Squares } from "../../lib/linalg/squares.ts";
import { distance, type Matrix, matrixFrom, multiply, someMatrix, transpose } from "../support/matrix.ts";

const sizes = [1, 2, 7, 16, 33, 100];

const identity = (size: number): Matrix =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => i === j ? 1 : 0));

/** L of a size and rank, as SOAP's are: G Gᵀ. */
function factor(size: number, rank: number): Matrix {
  const matrix = someMatrix(size, rank, size);
  return multiply(matrix, transpose(matrix)).map((row) => row.map((entry) => 1e-9 * entry));
}

for (const [title, rank] of [["full rank", 1000], ["rank 3", 3], ["zero", 0]] as const) {
  Deno.test(`QᵀQ = I and QᵀLQ is diagonal and descending, ${title}`, async () => {
    using gpu = await openDevice({ kernels: "register", operands: "buffer" });
    {
      const layout = squareLayout(sizes.map((size) => ({ name: `${size}`, size })));
      using squares = new Squares(gpu, layout);
      using eigenbasis = new Eigenbasis(squares);
      using l = createVector(gpu, layout);
      using q = createVector(gpu, layout);
      const matrices = sizes.map((size) =>
        rank === 0 ? identity(size).map((row) => row.map(() => 0)) : factor(size, Math.min(rank, size))
      );
      l.write(Float32Array.from(matrices.flat(2)));
      q.write(Float32Array.from(sizes.flatMap((size) => identity(size).flat())));
      eigenbasis.compute(l.buffer, q.buffer);
      const check = async () => {
        const result = await q.read();
        layout.forEach(({ flat, rows }, i) => {
          const basis = matrixFrom(result, rows, rows, flat);
          assertLess(distance(multiply(transpose(basis), basis)), 2e-6, `QᵀQ of size ${rows}`);
          const diagonal = multiply(multiply(transpose(basis), matrices[i]), basis);
          const norm = Math.hypot(...matrices[i].flat()) || 1;
          const off = distance(diagonal, diagonal.map((row, r) => row.map((entry, c) => r === c ? entry : 0)));
          assertLess(off / norm, 2e-6, `QᵀLQ of size ${rows}`);
          diagonal.slice(1).forEach((row, r) => assertLess((row[r + 1] - diagonal[r][r]) / norm, 1e-6));
        });
      };
      await check();
      eigenbasis.refresh(l.buffer, q.buffer);
      await check();
    }
    assertEquals(gpu.liveBuffers, 0);
  });
}
