import { assertEquals, assertLess } from "@std/assert";
import { createVector, openDevice } from "../../mod.ts";
import { Layout } from "../../lib/field/layout.ts";
import { viewOf } from "../../lib/linalg/matrix_view.ts";
import { Products } from "../../lib/linalg/products.ts";
import { distance, matrixFrom, multiply, someMatrix, transpose } from "../support/matrix.ts";

/** Rows of C, sum, columns of C; none a multiple of a tile. */
const shapes = [[1, 1, 1], [20, 33, 7], [45, 3, 50], [16, 16, 16]];

for (const operands of ["buffer", "texture"] as const) {
  for (const [transposeA, transposeB] of [[false, false], [true, false], [false, true], [true, true]]) {
    Deno.test(`products of several shapes agree with f64 (${operands}, A${transposeA ? "ᵀ" : ""} B${transposeB ? "ᵀ" : ""})`, async () => {
      using gpu = await openDevice({ operands });
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
      using products = new Products(gpu, jobs, { transposeA, transposeB });
      const [as, bs, cs] = [
        matrices(layouts.a, numbersA),
        matrices(layouts.b, numbersB),
        matrices(layouts.c, numbersC),
      ];
      const check = async (alpha: number, beta: number) => {
        matrices(layouts.c, await c.read()).forEach((result, i) => {
          const product = multiply(transposeA ? transpose(as[i]) : as[i], transposeB ? transpose(bs[i]) : bs[i]);
          const expected = product.map((row, p) => row.map((entry, q) => alpha * entry + beta * cs[i][p][q]));
          assertLess(distance(result, expected), 5e-6);
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

Deno.test("a symmetric product computed by half has the bits of the whole one", async () => {
  using gpu = await openDevice();
  const layout = new Layout([{ name: "m", shape: [75, 40] }]);
  const square = new Layout([{ name: "m", shape: [75, 75] }]);
  using a = createVector(gpu, layout);
  using whole = createVector(gpu, square);
  using half = createVector(gpu, square);
  a.write(someMatrix(75, 40, 1).flat());
  const jobs = [{ a: viewOf(layout[0]), b: viewOf(layout[0]), c: viewOf(square[0]) }];
  using wholeProducts = new Products(gpu, jobs, { transposeB: true });
  using halfProducts = new Products(gpu, jobs, { transposeB: true, symmetric: true });
  wholeProducts.record({ a: a.buffer, b: a.buffer, c: whole.buffer });
  halfProducts.record({ a: a.buffer, b: a.buffer, c: half.buffer });
  const result = await half.read();
  assertEquals(result, await whole.read());
  const matrix = matrixFrom(result, 75, 75);
  assertEquals(matrix, transpose(matrix));
});
