import { assertEquals, assertRejects } from "@std/assert";
import { symmetricEigenvalues } from "../../lib/curvature/eigenvalues.ts";
import { preconditionedEigenvalues } from "../../lib/curvature/spectrum.ts";
import { eigenvaluesOf } from "../../tasks/curvature/measurements/eigenvalues.ts";

const matrix = Float64Array.of(2, 1, 0, 1, 3, -1, 0, -1, 5);
const diagonal = Float64Array.of(1, 4, 9);

Deno.test("eigenvalues from workers are those of the library, in the order of the matrices", async () => {
  const found = await eigenvaluesOf([{ matrix }, { matrix, diagonal }, { matrix }], new AbortController().signal);
  const plain = symmetricEigenvalues(matrix, 3);
  assertEquals(found, [plain, preconditionedEigenvalues(matrix, diagonal), plain]);
});

Deno.test("an error in a worker is that of the library", async () => {
  const broken = matrix.with(4, NaN);
  const { signal } = new AbortController();
  await assertRejects(() => eigenvaluesOf([{ matrix }, { matrix: broken }], signal), Error, "NaN");
});

Deno.test("a signal ends decompositions that have begun", async () => {
  const size = 1000;
  const large = Float64Array.from({ length: size * size }, (_, at) => Math.cos(Math.floor(at / size) * (at % size)));
  const controller = new AbortController();
  const begin = performance.now();
  setTimeout(() => controller.abort(new Error("stopped")), 100);
  await assertRejects(() => eigenvaluesOf([{ matrix: large }], controller.signal), Error, "stopped");
  // A decomposition of this size takes seconds.
  assertEquals(performance.now() - begin < 1000, true);
});
