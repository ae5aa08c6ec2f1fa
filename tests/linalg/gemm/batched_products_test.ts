import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { createVector, openDevice } from "../../../mod.ts";
import type { OperandAccess } from "../../../lib/gpu/mod.ts";
import { Layout } from "../../../lib/linalg/layout.ts";
import { viewOf } from "../../../lib/linalg/matrix_view.ts";
import { BATCHED_FAMILIES, familyOf, subjectOf } from "../../../lib/linalg/gemm/family.ts";
import { BatchedProducts } from "../../../lib/linalg/gemm/batched_products.ts";
import { tuneProducts } from "../../../lib/linalg/gemm/tune.ts";
import { distance, matrixFrom, multiply, someMatrix, transpose } from "../../support/matrix.ts";

/** Rows of C, sum, columns of C; none a multiple of a tile. */
const shapes = [[1, 1, 1], [20, 33, 7], [45, 3, 50], [16, 16, 16], [70, 20, 130], [256, 250, 33], [250, 256, 64]];

const batched = { kind: "batched" } as const;
const subject = subjectOf(batched);
/** How operands are read is not measured here. */
const except = new Set(["operands"]);

for (
  const [operands, family] of [
    ["buffer", "register"],
    ...BATCHED_FAMILIES.map((family) => ["texture", family]),
  ] as const
) {
  for (const [transposeA, transposeB] of [[false, false], [true, false], [false, true], [true, true]]) {
    const what = `A${transposeA ? "ᵀ" : ""} B${transposeB ? "ᵀ" : ""}, ${family}, ${operands}`;
    Deno.test(`products of several shapes agree with f64 (${what})`, async () => {
      using gpu = await openDevice({ operands: operands as OperandAccess });
      gpu.tuner.adopt({ [subject]: family });
      const names = shapes.map((_, i) => `m${i}`);
      const layoutOf = (dimensions: (shape: number[]) => number[]) =>
        new Layout(shapes.map((shape, i) => ({ name: names[i], shape: dimensions(shape) })));
      const layouts = {
        a: layoutOf(([m, k]) => transposeA ? [k, m] : [m, k]),
        b: layoutOf(([, k, n]) => transposeB ? [n, k] : [k, n]),
        c: layoutOf(([m, , n]) => [m, n]),
      };
      const flat = (layout: Layout, seed: number) =>
        Float32Array.from(layout.flatMap(({ rows, columns }, i) => someMatrix(rows, columns, seed + i).flat()));
      const matrices = (layout: Layout, numbers: Float32Array) =>
        layout.map(({ rows, columns, flat }) => matrixFrom(numbers, rows, columns, flat));
      using a = createVector(gpu, layouts.a);
      using b = createVector(gpu, layouts.b);
      using c = createVector(gpu, layouts.c);
      using d = createVector(gpu, layouts.c);
      const [numbersA, numbersB, numbersC] = [flat(layouts.a, 1), flat(layouts.b, 11), flat(layouts.c, 21)];
      a.write(numbersA);
      b.write(numbersB);
      c.write(numbersC);
      d.write(numbersC);
      const jobs = shapes.map((_, i) => ({
        a: viewOf(layouts.a[i]),
        b: viewOf(layouts.b[i]),
        c: viewOf(layouts.c[i]),
      }));
      using products = new BatchedProducts(gpu, jobs, { transposeA, transposeB });
      const [as, bs, cs] = [
        matrices(layouts.a, numbersA),
        matrices(layouts.b, numbersB),
        matrices(layouts.c, numbersC),
      ];
      const check = async (alpha: number, beta: number) => {
        matrices(layouts.c, await c.read()).forEach((result, i) => {
          const product = multiply(transposeA ? transpose(as[i]) : as[i], transposeB ? transpose(bs[i]) : bs[i]);
          const expected = product.map((row, p) => row.map((entry, q) => alpha * entry + beta * cs[i][p][q]));
          // Rounding grows with the length of the sum: one error for each product, of the size of a partial sum.
          assertLess(distance(result, expected), 5e-6 * Math.max(1, shapes[i][1] / 25));
        });
      };
      products.record({ a: a.buffer, b: b.buffer, c: c.buffer }, 0.5, -2);
      await check(0.5, -2);
      products.record({ a: a.buffer, b: b.buffer, c: c.buffer, d: d.buffer }, 3, 0.25);
      await check(3, 0.25);
      products.record({ a: a.buffer, b: b.buffer, c: c.buffer });
      await check(1, 0);
      const [bytes] = await gpu.read(c.buffer);
      assertEquals(layouts.c.pack(await c.read()), new Float32Array(bytes, 0, layouts.c.deviceLength), "padding is 0");
    });
  }
}

for (const family of BATCHED_FAMILIES) {
  Deno.test(`a symmetric product computed by half has the bits of the whole one (${family})`, async () => {
    using gpu = await openDevice();
    gpu.tuner.adopt({ [subject]: family });
    const layout = new Layout([{ name: "m", shape: [75, 40] }]);
    const square = new Layout([{ name: "m", shape: [75, 75] }]);
    using a = createVector(gpu, layout);
    using whole = createVector(gpu, square);
    using half = createVector(gpu, square);
    a.write(someMatrix(75, 40, 1).flat());
    const jobs = [{ a: viewOf(layout[0]), b: viewOf(layout[0]), c: viewOf(square[0]) }];
    using wholeProducts = new BatchedProducts(gpu, jobs, { transposeB: true });
    using halfProducts = new BatchedProducts(gpu, jobs, { transposeB: true, symmetric: true });
    wholeProducts.record({ a: a.buffer, b: a.buffer, c: whole.buffer });
    halfProducts.record({ a: a.buffer, b: a.buffer, c: half.buffer });
    const result = await half.read();
    assertEquals(result, await whole.read());
    const matrix = matrixFrom(result, 75, 75);
    assertEquals(matrix, transpose(matrix));
  });

  Deno.test(`an upper triangular B is multiplied without its zeros, and counted so (${family})`, async () => {
    using gpu = await openDevice();
    gpu.tuner.adopt({ [subject]: family });
    const layout = new Layout([{ name: "m", shape: [100, 80] }]);
    const square = new Layout([{ name: "m", shape: [80, 80] }]);
    using a = createVector(gpu, layout);
    using b = createVector(gpu, square);
    using c = createVector(gpu, layout);
    a.write(someMatrix(100, 80, 1).flat());
    b.write(someMatrix(80, 80, 2).flatMap((row, i) => row.map((entry, j) => i <= j ? entry : 0)));
    const jobs = [{ a: viewOf(layout[0]), b: viewOf(square[0]), c: viewOf(layout[0]) }];
    using products = new BatchedProducts(gpu, jobs, { upperB: true });
    products.record({ a: a.buffer, b: b.buffer, c: c.buffer });
    const expected = multiply(matrixFrom(await a.read(), 100, 80), matrixFrom(await b.read(), 80, 80));
    assertLess(distance(matrixFrom(await c.read(), 100, 80), expected), 5e-6);
    // 112 rows on the device; a column of k entries takes k products and sums.
    assertEquals(products.flops, 112 * 80 * 81);
  });
}

Deno.test("of symmetric results half the operations count", async () => {
  using gpu = await openDevice();
  const view = { offset: 0, stride: 32, rows: 32, columns: 32 };
  const jobs = [{ a: view, b: view, c: view }];
  using whole = new BatchedProducts(gpu, jobs);
  using half = new BatchedProducts(gpu, jobs, { symmetric: true });
  assertEquals([whole.flops, half.flops], [2 * 32 ** 3, 32 * 33 * 32]);
});

Deno.test("the fastest family is found once, unless the device was told which to use", async () => {
  using gpu = await openDevice({ operands: "buffer" });
  const [measured, ...others] = await tuneProducts(gpu, [batched], { budget: Infinity, again: true, except });
  assertEquals([measured.subject, others], [subject, []]);
  const { milliseconds, choice } = measured;
  assertEquals(BATCHED_FAMILIES.some((family) => family === choice), true);
  assertEquals(milliseconds[choice], Math.min(...Object.values(milliseconds)));
  assertEquals([familyOf(gpu, batched), gpu.tuner.choices[subject]], [choice, choice]);
  assertEquals(await tuneProducts(gpu, [batched]), []);
  assertEquals(gpu.liveBuffers, 0);
  const cases = [["tile", "tile"], ["tile128", "tile"], ["register", "register"], ["straight", "straight"]] as const;
  for (const [kernels, family] of cases) {
    using told = await openDevice({ kernels });
    assertEquals(await tuneProducts(told, [batched], { again: true, except }), []);
    assertEquals(familyOf(told, batched), family);
  }
});

Deno.test("kernels of an unknown name are refused before a device is opened", async () => {
  for (const kernels of ["fast", 3]) {
    await assertRejects(
      () => openDevice({ kernels: kernels as "auto" }),
      Error,
      "openDevice: kernels: expected one of auto, register, wide, tile, straight, straight32, tile32, tile128, fused, " +
        `found ${JSON.stringify(kernels)}.`,
    );
  }
});
