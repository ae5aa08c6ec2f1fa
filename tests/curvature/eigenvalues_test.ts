import { assert, assertEquals } from "@std/assert";
import { symmetricEigenvalues } from "../../lib/curvature/mod.ts";
import { symmetricEigenpairs } from "../../lib/curvature/eigenvalues.ts";
import { randomNumbers } from "../support/random_numbers.ts";

/** A matrix of which `entry` says the lower triangle. */
function symmetric(size: number, entry: (row: number, column: number) => number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      matrix[row * size + column] = matrix[column * size + row] = entry(row, column);
    }
  }
  return matrix;
}

/** Asserts that eigenvalues are the expected ones, to the rounding of a matrix of this norm: a backward error of a few ε for each row. */
function assertValues(found: Float64Array, expected: ArrayLike<number>, what: string): void {
  assertEquals(found.length, expected.length, what);
  const norm = Math.max(...Array.from(expected, Math.abs));
  for (let i = 0; i < found.length; i++) {
    const error = Math.abs(found[i] - expected[i]);
    assert(error <= 4 * Number.EPSILON * found.length * norm, `${what}, ${i}: ${found[i]}, expected ${expected[i]}`);
  }
}

Deno.test("eigenvalues are those of known matrices, however large or small their entries are", () => {
  const size = 60;
  // Second differences: 4 sin²(πk / 2(n + 1)).
  const differences = symmetric(size, (i, j) => i === j ? 2 : i === j + 1 ? -1 : 0);
  const expected = Float64Array.from({ length: size }, (_, k) => 4 * Math.sin(Math.PI * (k + 1) / 2 / (size + 1)) ** 2);
  for (const scale of [1, 1e-300, 1e300, 1e-30]) {
    const found = symmetricEigenvalues(differences.map((entry) => entry * scale), size);
    assertValues(found, expected.map((value) => value * scale), `scale ${scale}`);
  }
  assertEquals(symmetricEigenvalues(new Float64Array(9), 3), new Float64Array(3));
  assertEquals(symmetricEigenvalues([-7], 1), Float64Array.of(-7));
  assertEquals(symmetricEigenvalues([3, 0, 0, 0, -1, 0, 0, 0, 2], 3), Float64Array.of(-1, 2, 3));
  // Of rank one: the sum of the squares, and zeros.
  const rank = symmetric(size, (i, j) => Math.sin(i + 1) * Math.sin(j + 1));
  const sum = Array.from({ length: size }, (_, i) => Math.sin(i + 1) ** 2).reduce((a, b) => a + b);
  assertValues(symmetricEigenvalues(rank, size), new Float64Array(size).with(size - 1, sum), "rank one");
});

Deno.test("eigenvalues of random, graded and partly empty matrices are those of the decomposition with eigenvectors", () => {
  const random = randomNumbers(3);
  const kinds: Record<string, (row: number, column: number) => number> = {
    random: () => random() - 0.5,
    graded: (i, j) => (random() - 0.5) * Math.exp(-0.2 * (i + j)),
    "partly empty": (i, j) => i % 2 === 1 || j % 2 === 1 ? 0 : random() - 0.5,
  };
  for (const [kind, entry] of Object.entries(kinds)) {
    for (const size of [2, 3, 4, 17, 64]) {
      const matrix = symmetric(size, entry);
      assertValues(symmetricEigenvalues(matrix, size), symmetricEigenpairs(matrix, size).values, `${kind}, ${size}`);
    }
  }
});

Deno.test("the eigenvalues of a matrix that is not symmetric are those of its symmetric part", () => {
  assertEquals(symmetricEigenvalues([1, 4, 0, 1], 2).map(Math.round), Float64Array.of(-1, 3));
});
