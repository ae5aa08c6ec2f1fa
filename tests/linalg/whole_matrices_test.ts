import { assert, assertEquals } from "@std/assert";
import { createVector, type Gpu, openDevice } from "../../mod.ts";
import { InverseRoots } from "../../lib/linalg/inverse_roots.ts";
import { Layout } from "../../lib/linalg/layout.ts";
import { squareLayout, viewOf } from "../../lib/linalg/matrix_view.ts";
import { NEWTON_SCHULZ_ITERATIONS, NewtonSchulz } from "../../lib/linalg/newton_schulz.ts";
import { Squares } from "../../lib/linalg/squares.ts";
import { tuneMatrices } from "../../lib/linalg/tune_matrices.ts";
import { isWhole, WHOLE_SUBJECT } from "../../lib/linalg/whole_matrices.ts";
import { multiply, someMatrix, transpose } from "../support/matrix.ts";
import { sameBits } from "../support/same_bits.ts";

/** The result on a device that computes small matrices in one dispatch, if `kernels` is `fused`; else each product in its own. */
type Compute = (gpu: Gpu) => Promise<Float32Array>;

/** Asserts that the one dispatch has the bits of the many, with operands from buffers and from textures. */
async function assertWhole(compute: Compute): Promise<void> {
  for (const operands of ["buffer", "texture"] as const) {
    const run = async (kernels: "tile" | "fused") => {
      using gpu = await openDevice({ kernels, operands });
      const result = await compute(gpu);
      assertEquals(gpu.liveBuffers, 0);
      return result;
    };
    assertEquals(await sameBits(() => run("fused")), await run("tile"), operands);
  }
}

/** A Aᵀ of some matrix, rounded so that A has the same bits everywhere. */
function gram(size: number, rank: number): number[] {
  const matrix = someMatrix(size, rank, size);
  return multiply(matrix, transpose(matrix)).flat();
}

for (const iteration of NEWTON_SCHULZ_ITERATIONS) {
  Deno.test(`Newton-Schulz of whole matrices (${iteration}) is one dispatch with the bits of many`, () =>
    assertWhole(async (gpu) => {
      const shapes = [[128, 128], [20, 97], [100, 33], [128, 16], [9, 9], [8, 8], [8, 8]] as const;
      const scales = [1, 1, 1, 1, 0, 1e-30, 1e30];
      const layout = new Layout(shapes.map((shape, i) => ({ name: `${i}`, shape: [...shape] })));
      using data = createVector(gpu, layout);
      data.write(shapes.flatMap(([rows, columns], i) => someMatrix(rows, columns, i).flat().map((x) => scales[i] * x)));
      using newtonSchulz = new NewtonSchulz(gpu, layout, [...layout], iteration);
      let x = data.buffer;
      const { dispatches, flops } = gpu.tally(() => x = newtonSchulz.record(data.buffer));
      assertEquals(dispatches === 1, gpu.tuner.asked === "fused");
      assert(flops > 0);
      const [bytes] = await gpu.read(x);
      return new Float32Array(bytes);
    }));
}

Deno.test("inverse roots of whole matrices are one dispatch with the bits of many", () =>
  assertWhole(async (gpu) => {
    const layout = squareLayout([1, 2, 12, 40, 100, 128].map((size) => ({ name: `${size}`, size })));
    using squares = new Squares(gpu, layout);
    using roots = createVector(gpu, layout);
    using matrices = createVector(gpu, layout);
    matrices.write(layout.flatMap(({ rows }) => gram(rows, rows === 100 ? 3 : rows)));
    using inverseRoots = new InverseRoots(squares, 1e-4);
    const { dispatches } = gpu.tally(() => inverseRoots.record(matrices.buffer, roots.buffer));
    assertEquals(dispatches === 1, gpu.tuner.asked === "fused");
    const [bytes] = await gpu.read(roots.buffer);
    return new Float32Array(bytes);
  }));

Deno.test("matrices of more than 128 rows or columns are never computed whole", async () => {
  using gpu = await openDevice({ kernels: "fused" });
  for (const [rows, columns, whole] of [[128, 128, true], [129, 16, false], [16, 129, false]] as const) {
    const layout = new Layout([{ name: "small", shape: [16, 16] }, { name: "m", shape: [rows, columns] }]);
    assertEquals(isWhole(gpu, layout.map(viewOf)), whole);
  }
});

Deno.test("whether small matrices are computed whole is measured where batches are computed by tiles, and the choice holds", async () => {
  using gpu = await openDevice({ operands: "buffer" });
  const except = new Set(["operands", "batched products"]);
  const options = { budget: 60, again: true, except };
  gpu.tuner.adopt({ "batched products": "register" });
  assertEquals([await tuneMatrices(gpu, options), isWhole(gpu, [])], [[], false]);
  assertEquals(gpu.tuner.choices[WHOLE_SUBJECT], undefined);
  gpu.tuner.adopt({ "batched products": "tile" });
  const [{ subject, milliseconds, choice }, ...others] = await tuneMatrices(gpu, options);
  assertEquals([subject, Object.keys(milliseconds), others], [WHOLE_SUBJECT, ["fused", "apart"], []]);
  assertEquals(choice, milliseconds.fused < milliseconds.apart ? "fused" : "apart");
  assertEquals(gpu.tuner.choices[WHOLE_SUBJECT], choice);
  for (const chosen of ["fused", "apart"]) {
    gpu.tuner.adopt({ [WHOLE_SUBJECT]: chosen });
    assertEquals(isWhole(gpu, []), chosen === "fused");
  }
  assertEquals(await tuneMatrices(gpu), [], "what is known is not measured again");
  assertEquals(gpu.liveBuffers, 0);
});
