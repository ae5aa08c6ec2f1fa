import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { createVector, type Gpu, openDevice } from "../../../mod.ts";
import type { OperandAccess } from "../../../lib/gpu/mod.ts";
import { Layout } from "../../../lib/linalg/layout.ts";
import { viewOf } from "../../../lib/linalg/matrix_view.ts";
import { BATCHED_FAMILIES, familyOf, isStraight, subjectOf } from "../../../lib/linalg/gemm/family.ts";
import type { BatchedFamily } from "../../../lib/linalg/gemm/batched_kernels.ts";
import { BatchedProducts } from "../../../lib/linalg/gemm/batched_products.ts";
import { tuneProducts } from "../../../lib/linalg/gemm/tune.ts";
import { distance, type Matrix, matrixFrom, multiply, someMatrix, transpose } from "../../support/matrix.ts";

/** Rows of C, sum, columns of C; none a multiple of a tile. */
const shapes = [[1, 1, 1], [20, 33, 7], [45, 3, 50], [16, 16, 16], [70, 20, 130], [256, 250, 33], [250, 256, 64]];

/** op(A) and op(B) of each shape, their product, and what is added to it. */
const problems = shapes.map(([m, k, n], i) => {
  const [a, b, c] = [someMatrix(m, k, 1 + i), someMatrix(k, n, 11 + i), someMatrix(m, n, 21 + i)];
  return { a, b, c, product: multiply(a, b) };
});

const batched = { kind: "batched" } as const;
const subject = subjectOf(batched);
/** How operands are read is not measured here. */
const except = new Set(["operands"]);

/** How a product is made: whether A and B lie transposed, and what α op(A) op(B) is added to. */
type Way = readonly [transposeA: boolean, transposeB: boolean, to: "nothing" | "c" | "d"];

// Each of the three decides about other lines of a kernel's text: what is loaded of A, what of B, and what is stored. So of twelve texts six
// are enough in which any two of the three meet in all combinations. Operands from buffers take the other six.
const sixWays: readonly Way[] = [
  [false, true, "nothing"],
  [true, false, "nothing"],
  [false, false, "c"],
  [true, true, "c"],
  [false, true, "d"],
  [true, false, "d"],
];
const otherWays = sixWays.map(([transposeA, transposeB, to]): Way => [transposeA, !transposeB, to]);
// Straight-line text is the same whether B is transposed. What it does not compute, which is the last two, is left to `wide`.
const straightWays: readonly Way[] = [
  [false, false, "nothing"],
  [false, true, "d"],
  [true, false, "nothing"],
  [false, false, "c"],
];

// What 32 columns leave to `wide` is the same as what 16 do, and takes as long to compile.
const waysOf = (family: BatchedFamily) => {
  if (family === "straight32") return straightWays.slice(0, 2);
  return isStraight(family) ? straightWays : sixWays;
};

const configurations: { family: BatchedFamily; operands: OperandAccess; ways: readonly Way[] }[] = [
  { family: "register", operands: "buffer", ways: otherWays },
  ...BATCHED_FAMILIES.map((family) => ({ family, operands: "texture" as const, ways: waysOf(family) })),
];

for (const { family, operands, ways } of configurations) {
  Deno.test(`products of several shapes agree with f64 (${family}, ${operands})`, async () => {
    using gpu = await openDevice({ operands });
    gpu.tuner.adopt({ [subject]: family });
    for (const way of ways) await agreesWithDouble(gpu, way);
    assertEquals(gpu.liveBuffers, 0);
  });
}

/** Asserts that the products of all shapes, recorded together, are those in f64. */
async function agreesWithDouble(gpu: Gpu, [transposeA, transposeB, to]: Way): Promise<void> {
  const stored = {
    a: problems.map(({ a }) => transposeA ? transpose(a) : a),
    b: problems.map(({ b }) => transposeB ? transpose(b) : b),
    c: problems.map(({ c }) => c),
  };
  const layoutOf = (matrices: readonly Matrix[]) =>
    new Layout(matrices.map((rows, i) => ({ name: `m${i}`, shape: [rows.length, rows[0].length] })));
  const layouts = { a: layoutOf(stored.a), b: layoutOf(stored.b), c: layoutOf(stored.c) };
  using a = createVector(gpu, layouts.a);
  using b = createVector(gpu, layouts.b);
  using c = createVector(gpu, layouts.c);
  using d = createVector(gpu, layouts.c);
  a.write(stored.a.flat(2));
  b.write(stored.b.flat(2));
  d.write(stored.c.flat(2));
  // Where nothing is added, or D is, what C held before must not matter.
  c.write(to === "c" ? stored.c.flat(2) : new Float32Array(layouts.c.parameterCount).fill(NaN));
  const jobs = shapes.map((_, i) => ({
    a: viewOf(layouts.a[i]),
    b: viewOf(layouts.b[i]),
    c: viewOf(layouts.c[i]),
  }));
  using products = new BatchedProducts(gpu, jobs, { transposeA, transposeB });
  const [alpha, beta] = { nothing: [1, 0], c: [0.5, -2], d: [3, 0.25] }[to];
  const operands = { a: a.buffer, b: b.buffer, c: c.buffer };
  products.record(to === "d" ? { ...operands, d: d.buffer } : operands, alpha, beta);
  const results = await c.read();
  layouts.c.forEach(({ rows, columns, flat }, i) => {
    const { product, c: added } = problems[i];
    const expected = product.map((row, p) => row.map((entry, q) => alpha * entry + beta * added[p][q]));
    const error = distance(matrixFrom(results, rows, columns, flat), expected);
    // Rounding grows with the length of the sum: one error for each product, of the size of a partial sum.
    const where = `${shapes[i]}: A${transposeA ? "ᵀ" : ""} B${transposeB ? "ᵀ" : ""} to ${to}`;
    assertLess(error, 5e-6 * Math.max(1, shapes[i][1] / 25), where);
  });
  const [bytes] = await gpu.read(c.buffer);
  assertEquals(layouts.c.pack(results), new Float32Array(bytes, 0, layouts.c.deviceLength), "padding is 0");
}

for (const family of BATCHED_FAMILIES) {
  Deno.test(`a symmetric product computed by half has the bits of the whole one (${family})`, async () => {
    using gpu = await openDevice({ operands: "buffer" });
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
    using gpu = await openDevice({ operands: "buffer" });
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
  using gpu = await openDevice({ operands: "texture" });
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
