import { assertEquals, assertRejects } from "@std/assert";
import { symmetricEigenvalues } from "../../lib/curvature/eigenvalues.ts";
import { preconditionedEigenvalues } from "../../lib/curvature/spectrum.ts";
import { eigenvaluesOf } from "../../tasks/curvature/measurements/eigenvalues.ts";

/** A matrix of three numbers beside the diagonal, so large that a worker decomposes it, or smaller. */
function matrixOf(size: number): Float64Array {
  const entry = (row: number, column: number) => row === column ? 2 + row % 7 : Math.abs(row - column) === 1 ? -1 : 0;
  return Float64Array.from({ length: size * size }, (_, at) => entry(Math.floor(at / size), at % size));
}

const sizes = [3, 120];

Deno.test("eigenvalues, of workers too, are those of the library, in the order of the matrices", async () => {
  for (const size of sizes) {
    const matrix = matrixOf(size);
    const diagonal = Float64Array.from({ length: size }, (_, i) => (1 + i % 3) ** 2);
    const found = await eigenvaluesOf([{ matrix }, { matrix, diagonal }, { matrix }], new AbortController().signal);
    const plain = symmetricEigenvalues(matrix, size);
    assertEquals(found, [plain, preconditionedEigenvalues(matrix, diagonal), plain]);
  }
});

Deno.test("an error, in a worker too, is that of the library", async () => {
  for (const size of sizes) {
    const matrix = matrixOf(size);
    const broken = matrix.with(size + 1, NaN);
    const { signal } = new AbortController();
    await assertRejects(() => eigenvaluesOf([{ matrix }, { matrix: broken }], signal), Error, "NaN");
  }
});

Deno.test("a signal ends decompositions that have begun", async () => {
  const size = 2000;
  const large = Float64Array.from({ length: size * size }, (_, at) => Math.cos(Math.floor(at / size) * (at % size)));
  const controller = new AbortController();
  const begin = performance.now();
  setTimeout(() => controller.abort(new Error("stopped")), 100);
  await assertRejects(() => eigenvaluesOf([{ matrix: large }], controller.signal), Error, "stopped");
  // A decomposition of this size takes seconds.
  assertEquals(performance.now() - begin < 1000, true);
});
