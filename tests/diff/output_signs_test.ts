import { assertLess } from "@std/assert";
import { openDevice } from "../../mod.ts";
import { drawOutputSigns } from "../../lib/diff/gauss_newton_sample.ts";
import type { Node } from "../../lib/field/node.ts";
import { productsOf } from "../../lib/train/step_products.ts";
import { createVector } from "../../lib/linalg/vector.ts";
import { readFloats } from "../support/device.ts";

const ROWS = 64;
const WIDTH = 16;

Deno.test("the signs of a step's samples, of their outputs and blocks are not correlated with each other", async () => {
  using gpu = await openDevice({ kernels: "register" });
  using vector = createVector(gpu, [{ name: "all", shape: [4] }]);
  const [blocks, count] = [3, 258];
  const place = { first: 0, samples: ROWS, paddedRows: ROWS, blocks };
  using made = new DisposableStack();
  const nodes = ["one", "other"].map((name) => {
    const valueTangent = made.use(gpu.buffer(name, blocks * ROWS * WIDTH * 4));
    return { name, width: WIDTH, padded: WIDTH, valueTangent } as unknown as Node;
  });
  const requests = [{ kind: "gaussNewtonSample", count }] as const;
  const samples = productsOf(requests, { step: 0, seed: 1, optimizer: "", direction: vector, product: vector });
  const drawn: Float32Array[] = [];
  for (const i of [0, 1, 2, 256, 257]) {
    const sample = samples[i];
    if (sample.kind !== "gaussNewtonSample") throw new Error("expected a sample");
    drawOutputSigns(gpu, nodes, sample.key, place);
    for (const { valueTangent } of nodes) {
      const signs = await readFloats(gpu, valueTangent!, blocks * ROWS * WIDTH);
      for (let block = 0; block < blocks; block++) {
        drawn.push(signs.slice(block * ROWS * WIDTH, (block + 1) * ROWS * WIDTH));
      }
    }
  }
  // Of independent signs, six standard deviations.
  const bound = 6 / Math.sqrt(ROWS * WIDTH);
  drawn.forEach((one, i) => {
    for (const other of drawn.slice(i + 1)) {
      const correlation = one.reduce((sum, sign, at) => sum + sign * other[at], 0) / one.length;
      assertLess(Math.abs(correlation), bound);
    }
  });
});
