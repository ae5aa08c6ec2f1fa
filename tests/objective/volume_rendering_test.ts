import { assertAlmostEquals, assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import {
  type Batch,
  createField,
  createOptimizer,
  createVector,
  type Field,
  type FieldDescription,
  gaussian,
  gaussNewtonVectorProduct,
  type Gpu,
  hessianVectorProduct,
  identity,
  lossAndGradient,
  meanSquaredError,
  type Objective,
  openDevice,
  radianceField,
  sgd,
  train,
  volumeRendering,
  weightedSum,
} from "../../mod.ts";
import { kroneckerLayout } from "../../lib/linalg/mod.ts";
import { renderRays } from "../../lib/render/mod.ts";
import { differentiate } from "../../lib/diff/passes.ts";
import { Workspace } from "../../lib/diff/workspace.ts";
import { KroneckerFactors } from "../../lib/diff/kronecker_factors.ts";
import { hostBatch } from "../../lib/diff/host_batch.ts";
import { dot, relativeError } from "../support/golden.ts";

interface GoldenComposite {
  name: string;
  rays: number;
  samples: number;
  t_edges: number[];
  raw_density: number[];
  raw_color: number[];
  target: number[];
  pixel: number[];
  opacity: number[];
  depth: number[];
  weights: number[];
  loss: number;
  grad_density: number[];
  grad_color: number[];
  v_density: number[];
  v_color: number[];
  hvp_density: number[];
  hvp_color: number[];
}
interface GoldenRadianceField {
  rays: number;
  samples: number;
  sigma: number;
  trunk: number;
  color_hidden: number;
  origins: number[];
  directions: number[];
  t_edges: number[];
  target: number[];
  params: number[];
  v: number[];
  pixel: number[];
  loss: number;
  grad: number[];
  hvp: number[];
}
const golden = JSON.parse(
  Deno.readTextFileSync(new URL("../../fixtures/golden/rendering.json", import.meta.url)),
);
const composites: GoldenComposite[] = golden.slice(0, 2);
const golden3: GoldenRadianceField = golden[2];
const TOLERANCE = 2e-6;

/** A field with one parameter for every raw density and colour: row i of its one input is the i-th unit vector. */
function tableField(gpu: Gpu, rows: number) {
  const layer = (name: string, units: number) => ({ name, from: ["row"], units, activation: identity() });
  const description: FieldDescription = {
    inputs: { row: rows },
    layers: [layer("density", 1), layer("colour", 3)],
    outputs: { density: "density", colour: "colour" },
  };
  return createField(gpu, description);
}
/** Raw densities and colours in the flat order of such a field: weights [units, rows], then biases, which are 0. */
function tableParameters(density: ArrayLike<number>, colour: ArrayLike<number>): Float32Array {
  const rows = density.length;
  const flat = new Float32Array(4 * rows + 4);
  flat.set(Array.from(density));
  for (let i = 0; i < rows; i++) for (let c = 0; c < 3; c++) flat[rows + 1 + c * rows + i] = colour[i * 3 + c];
  return flat;
}
function split(flat: Float32Array, rows: number): [Float32Array, Float32Array] {
  const colour = Float32Array.from(
    { length: 3 * rows },
    (_, i) => flat[rows + 1 + (i % 3) * rows + Math.floor(i / 3)],
  );
  return [flat.slice(0, rows), colour];
}
function unitRows(rows: number): Float32Array {
  return Float32Array.from({ length: rows * rows }, (_, i) => i % (rows + 1) === 0 ? 1 : 0);
}

for (const golden of composites) {
  Deno.test(`${golden.name}: pixel, opacity, depth, weights, loss, gradient and Hv agree with the golden values`, async () => {
    using gpu = await openDevice({ kernels: "register" });
    {
      const { rays, samples: intervals } = golden;
      const rows = rays * intervals;
      using field = tableField(gpu, rows);
      field.parameters.write(tableParameters(golden.raw_density, golden.raw_color));
      const options = { intervals, background: golden.name.endsWith("white") ? "white" as const : "black" as const };
      const inputs = { row: unitRows(rows) };
      const edges = Float32Array.from(golden.t_edges);
      const rendered = await renderRays(field, { inputs, edges }, options);
      for (const name of ["pixel", "opacity", "depth", "weights"] as const) {
        assertLess(relativeError(rendered[name], golden[name]), 1e-6, name);
      }
      const batch = { inputs, targets: { edges, pixel: Float32Array.from(golden.target) } };
      const v = tableParameters(golden.v_density, golden.v_color);
      const { loss, gradient, hvp } = await hessianVectorProduct(field, volumeRendering(options), batch, v);
      assertAlmostEquals(loss / golden.loss, 1, 1e-6);
      const [density, colour] = split(await gradient.read(), rows);
      const [hvDensity, hvColour] = split(await hvp.read(), rows);
      assertLess(relativeError(density, golden.grad_density), TOLERANCE, "gradient by densities");
      assertLess(relativeError(colour, golden.grad_color), TOLERANCE, "gradient by colours");
      assertLess(relativeError(hvDensity, golden.hvp_density), TOLERANCE, "Hv by densities");
      assertLess(relativeError(hvColour, golden.hvp_color), TOLERANCE, "Hv by colours");
      gradient[Symbol.dispose]();
      hvp[Symbol.dispose]();
    }
    assertEquals(gpu.liveBuffers, 0);
  });
}

/** The golden radiance field and its batch; the field is the caller's. */
function radianceProblem(gpu: Gpu) {
  const { rays, samples: intervals, sigma, trunk, color_hidden, params } = golden3;
  const description = radianceField({
    activation: gaussian({ sigma }),
    depth: 3,
    width: trunk,
    skips: [2],
    colourWidth: color_hidden,
  });
  const field = createField(gpu, description);
  field.parameters.write(params);
  const position = new Float32Array(rays * intervals * 3);
  const direction = new Float32Array(rays * intervals * 3);
  for (let ray = 0; ray < rays; ray++) {
    for (let i = 0; i < intervals; i++) {
      const edge = ray * (intervals + 1) + i;
      const middle = (golden3.t_edges[edge] + golden3.t_edges[edge + 1]) / 2;
      for (let c = 0; c < 3; c++) {
        const at = (ray * intervals + i) * 3 + c;
        position[at] = golden3.origins[ray * 3 + c] + middle * golden3.directions[ray * 3 + c];
        direction[at] = golden3.directions[ray * 3 + c];
      }
    }
  }
  const edges = Float32Array.from(golden3.t_edges);
  const batch = { inputs: { position, direction }, targets: { edges, pixel: Float32Array.from(golden3.target) } };
  return { field, batch, objective: volumeRendering({ intervals }), v: Float32Array.from(golden3.v) };
}

Deno.test("the radiance field's pixels, loss, gradient and Hv agree with the golden values", async () => {
  using gpu = await openDevice({ kernels: "register" });
  const { field: owned, batch, objective, v } = radianceProblem(gpu);
  using field = owned;
  const rays = { inputs: batch.inputs, edges: batch.targets.edges };
  const { pixel } = await renderRays(field, rays, { intervals: golden3.samples });
  assertLess(relativeError(pixel, golden3.pixel), TOLERANCE);
  const { loss, gradient, hvp } = await hessianVectorProduct(field, objective, batch, v);
  assertAlmostEquals(loss / golden3.loss, 1, TOLERANCE);
  assertLess(relativeError(await gradient.read(), golden3.grad), TOLERANCE);
  assertLess(relativeError(await hvp.read(), golden3.hvp), TOLERANCE);
});

Deno.test("chunks of one ray up to all rays give the same loss, gradient, Hv and pixels", async () => {
  using gpu = await openDevice({ kernels: "register" });
  const { field: owned, batch, objective, v } = radianceProblem(gpu);
  using field = owned;
  const rays = { inputs: batch.inputs, edges: batch.targets.edges };
  const chunks: number[] = [];
  for (const memory of [60_000, 120_000, 400_000]) {
    using workspace = new Workspace(field, objective, { samples: golden3.rays, products: true, memory });
    chunks.push(Math.floor(workspace.chunkRows / golden3.samples));
    const { loss, gradient, hvp } = await hessianVectorProduct(field, objective, batch, v, { memory });
    assertAlmostEquals(loss / golden3.loss, 1, TOLERANCE);
    assertLess(relativeError(await gradient.read(), golden3.grad), TOLERANCE, `${memory} bytes`);
    assertLess(relativeError(await hvp.read(), golden3.hvp), TOLERANCE, `${memory} bytes`);
    const { pixel } = await renderRays(field, rays, { intervals: golden3.samples, memory });
    assertLess(relativeError(pixel, golden3.pixel), TOLERANCE);
    gradient[Symbol.dispose]();
    hvp[Symbol.dispose]();
  }
  assertEquals(chunks, [1, 3, 7]);
});

Deno.test("Hv of a radiance field is symmetric, and the Gauss-Newton product is Jᵀ(∂²loss)J of the pixels", async () => {
  using gpu = await openDevice({ kernels: "register" });
  const { field: owned, batch, objective, v } = radianceProblem(gpu);
  using field = owned;
  const u = v.map((_, i) => Math.cos(i * i));
  const [hv, hu] = [
    await hessianVectorProduct(field, objective, batch, v),
    await hessianVectorProduct(field, objective, batch, u),
  ];
  const [a, b] = [dot(u, await hv.hvp.read()), dot(v, await hu.hvp.read())];
  assertLess(Math.abs(a - b) / Math.sqrt(dot(u, u) * dot(await hv.hvp.read(), await hv.hvp.read())), 2e-6);
  // vᵀGv = 2/(3 rays) Σ (J v)², the pixels' derivative along v by central differences.
  const { gnvp } = await gaussNewtonVectorProduct(field, objective, batch, u);
  const { gnvp: other } = await gaussNewtonVectorProduct(field, objective, batch, v);
  const [gu, gv] = [await gnvp.read(), await other.read()];
  const rays = { inputs: batch.inputs, edges: batch.targets.edges };
  const h = 2e-3;
  const pixels = async (step: number) => {
    field.parameters.write(golden3.params.map((p, i) => p + step * u[i]));
    return (await renderRays(field, rays, { intervals: golden3.samples })).pixel;
  };
  const [plus, minus] = [await pixels(h), await pixels(-h)];
  const squares = plus.reduce((sum, value, i) => sum + ((value - minus[i]) / (2 * h)) ** 2, 0);
  assertAlmostEquals(dot(u, gu) / (2 * squares / plus.length), 1, 2e-3);
  assertAlmostEquals(dot(v, gu) / dot(u, gv), 1, 1e-4);
});

/** Samples JᵀS^½w of the Gauss-Newton matrix on a batch, with independent signs w. */
async function gaussNewtonSamples(
  field: Field,
  objective: Objective,
  batch: Batch,
  { count, memory }: { count: number; memory?: number },
): Promise<Float32Array[]> {
  const host = hostBatch(field, objective, batch);
  using workspace = new Workspace(field, objective, { samples: host.samples, products: true, memory });
  using gradient = createVector(field.gpu, field.layout);
  using result = createVector(field.gpu, field.layout);
  const samples: Float32Array[] = [];
  for (let step = 0; step < count; step++) {
    const key = { seed: 5, stream: 3, step };
    differentiate(workspace, { ...host, gradient, products: [{ kind: "gaussNewtonSample", key, result }] });
    samples.push(await result.read());
  }
  return samples;
}

for (const memory of [undefined, 24_000]) {
  Deno.test(`K-FAC's factors of rays: A is a mean over rows, G over rays, ${memory ? "in chunks" : "in one piece"}`, async () => {
    using gpu = await openDevice({ kernels: "register" });
    const { rays, samples: intervals, grad_density, grad_color } = composites[0];
    const rows = rays * intervals;
    using field = tableField(gpu, rows);
    field.parameters.write(tableParameters(composites[0].raw_density, composites[0].raw_color));
    const objective = volumeRendering({ intervals });
    const host = hostBatch(field, objective, {
      inputs: { row: unitRows(rows) },
      targets: { edges: Float32Array.from(composites[0].t_edges), pixel: Float32Array.from(composites[0].target) },
    });
    using workspace = new Workspace(field, objective, { samples: rays, products: false, memory });
    assertEquals(workspace.chunkRows < rows, memory !== undefined);
    using kronecker = new KroneckerFactors(gpu, field.layout, workspace.chunkRows);
    using gradient = createVector(gpu, field.layout);
    differentiate(workspace, { ...host, gradient, kronecker });
    const flat = await kronecker.factors.read();
    // Every row is a unit vector, and the layers' adjoints are the loss's by raw densities and colours.
    const inputs = (
      i: number,
      j: number,
    ) => (i === rows && j === rows ? 1 : i === j || i === rows || j === rows ? 1 / rows : 0);
    const adjoints = (gradients: number[], width: number) => (i: number, j: number) => {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += gradients[row * width + i] * gradients[row * width + j];
      return rays * sum;
    };
    const expected: Record<string, (i: number, j: number) => number> = {
      "density.left": adjoints(grad_density, 1),
      "density.right": inputs,
      "colour.left": adjoints(grad_color, 3),
      "colour.right": inputs,
    };
    const factors = kroneckerLayout(field.layout);
    assertEquals(factors.map(({ name }) => name), Object.keys(expected));
    for (const { name, flat: at, size, columns } of factors) {
      const exact = Array.from({ length: size }, (_, k) => expected[name](Math.floor(k / columns), k % columns));
      assertLess(relativeError(flat.subarray(at, at + size), exact), TOLERANCE, name);
    }
  });
}

for (const golden of composites) {
  Deno.test(`${golden.name}: a Gauss-Newton sample is JᵀS^½w with a sign for each channel of each pixel`, async () => {
    using gpu = await openDevice({ kernels: "register" });
    const { rays, samples: intervals, raw_density, raw_color, t_edges } = golden;
    const rows = rays * intervals;
    using field = tableField(gpu, rows);
    field.parameters.write(tableParameters(raw_density, raw_color));
    const background = golden.name.endsWith("white") ? "white" : "black";
    const edges = Float32Array.from(t_edges);
    const batch = {
      inputs: { row: unitRows(rows) },
      targets: { edges, pixel: Float32Array.from(golden.target) },
    };
    const samples = await gaussNewtonSamples(field, volumeRendering({ intervals, background }), batch, { count: 8 });
    const root = Math.sqrt(2 / (3 * rays));
    const signs: number[] = [];
    for (const sample of samples) {
      const [byDensity, byColour] = split(sample, rows);
      const [densities, colours] = [new Float64Array(rows), new Float64Array(3 * rows)];
      for (let ray = 0; ray < rays; ray++) {
        for (let c = 0; c < 3; c++) {
          // Colours pull every channel up, so that they show its sign.
          const w = Math.sign(byColour[3 * ray * intervals + c]);
          signs.push(w);
          let [before, behind] = [0, 0];
          const weighted: number[] = [];
          for (let i = 0; i < intervals; i++) {
            const [row, edge] = [ray * intervals + i, ray * (intervals + 1) + i];
            const distance = edges[edge + 1] - edges[edge];
            const depth = distance * Math.log1p(Math.exp(raw_density[row]));
            const colour = 1 / (1 + Math.exp(-raw_color[3 * row + c]));
            const seen = colour - (background === "white" ? 1 : 0);
            const weight = Math.exp(-before) * (1 - Math.exp(-depth));
            before += depth;
            colours[3 * row + c] = w * root * weight * colour * (1 - colour);
            weighted.push(weight * seen);
            // ∂C/∂τᵢ = Tᵢ₊₁ seenᵢ − Σ_{j>i} wⱼ seenⱼ, ∂τ/∂d = δ σ(d).
            densities[row] += w * root * distance / (1 + Math.exp(-raw_density[row])) * Math.exp(-before) * seen;
          }
          for (let i = intervals - 1; i >= 0; i--) {
            const [row, edge] = [ray * intervals + i, ray * (intervals + 1) + i];
            const distance = edges[edge + 1] - edges[edge];
            densities[row] -= w * root * distance / (1 + Math.exp(-raw_density[row])) * behind;
            behind += weighted[i];
          }
        }
      }
      assertLess(relativeError(byColour, colours), TOLERANCE, "by colours");
      assertLess(relativeError(byDensity, densities), TOLERANCE, "by densities");
    }
    // As many + as −, within four standard deviations of the sum of independent signs.
    assertEquals(signs.every((w) => Math.abs(w) === 1), true);
    assertLess(Math.abs(signs.reduce((sum, w) => sum + w)), 4 * Math.sqrt(signs.length));
  });
}

Deno.test("Gauss-Newton samples are the same in chunks of a ray", async () => {
  using gpu = await openDevice({ kernels: "register" });
  const { field: owned, batch, objective } = radianceProblem(gpu);
  using field = owned;
  const [whole] = await gaussNewtonSamples(field, objective, batch, { count: 1 });
  const [inChunks] = await gaussNewtonSamples(field, objective, batch, { count: 1, memory: 60_000 });
  assertLess(relativeError(inChunks, whole), TOLERANCE);
});

Deno.test("long rays, huge and vanishing densities stay finite; what is hidden has no gradient", async () => {
  using gpu = await openDevice({ kernels: "register" });
  const intervals = 700;
  const rays = 3;
  using field = tableField(gpu, rays * intervals);
  // Everywhere dense, nowhere dense, and a wall in the middle of nothing.
  const density = Float32Array.from({ length: rays * intervals }, (_, i) => {
    const ray = Math.floor(i / intervals);
    return ray === 0 ? 1e30 : ray === 1 ? -300 : i % intervals === 350 ? 1e4 : -1e4;
  });
  const colour = Float32Array.from({ length: rays * intervals * 3 }, (_, i) => Math.sin(i) * 200);
  field.parameters.write(tableParameters(density, colour));
  const inputs = { row: unitRows(rays * intervals) };
  const edges = Float32Array.from(
    { length: rays * (intervals + 1) },
    (_, i) => 2 + 4 * (i % (intervals + 1)) / intervals,
  );
  const { opacity, weights } = await renderRays(field, { inputs, edges }, { intervals });
  assertEquals([...opacity], [1, 0, 1]);
  assertEquals([weights[0], weights[2 * intervals + 350]], [1, 1]);
  const batch = { inputs, targets: { edges, pixel: new Float32Array(rays * 3).fill(0.3) } };
  const v = new Float32Array(field.parameterCount).map((_, i) => i % 2 === 0 ? 1 : -1);
  const objective = volumeRendering({ intervals, background: "white" });
  const { loss, gradient, hvp } = await hessianVectorProduct(field, objective, batch, v);
  const [g, h] = [await gradient.read(), await hvp.read()];
  assertEquals([loss, ...g, ...h].every(Number.isFinite), true);
  assertEquals(g.subarray(1, intervals).every((entry) => entry === 0), true);
});

Deno.test("behind intervals that let less than 2⁻⁶⁴ through, and in air that clear, nothing is sent back", async () => {
  using gpu = await openDevice({ kernels: "register" });
  // Intervals of length 1: an optical depth of 40 leaves 4e−18 for the one behind, 50 leaves 2e−22.
  const density = [40, 0, 0, 50, 0, 0, -40, -50, 1];
  const rows = density.length;
  using field = tableField(gpu, rows);
  field.parameters.write(tableParameters(density, new Float32Array(3 * rows)));
  const batch = {
    inputs: { row: unitRows(rows) },
    targets: { edges: Float32Array.of(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3), pixel: new Float32Array(9) },
  };
  const { gradient } = await lossAndGradient(field, volumeRendering({ intervals: 3 }), batch);
  const [byDensity, byColour] = split(await gradient.read(), rows);
  const sent = (numbers: Float32Array) => Array.from(numbers, (entry) => entry === 0 ? "-" : "x").join("");
  assertEquals(sent(byColour.filter((_, i) => i % 3 === 0)), "xxx" + "x--" + "x-x");
  // A denser wall would not change what is seen: it has a colour to learn, but no density.
  assertEquals(sent(byDensity), "xxx" + "---" + "x-x");
});

Deno.test("one ray of one interval: loss and gradient agree with the formula", async () => {
  using gpu = await openDevice({ kernels: "register" });
  using field = tableField(gpu, 1);
  const [d, k, distance] = [0.4, 0.3, 0.7];
  field.parameters.write(tableParameters([d], [k, k, k]));
  const batch = {
    inputs: { row: Float32Array.of(1) },
    targets: { edges: Float32Array.of(1, 1 + distance), pixel: new Float32Array(3) },
  };
  const options = { intervals: 1, densityScale: 2 };
  const { loss, gradient } = await lossAndGradient(field, volumeRendering(options), batch);
  const depth = 2 * distance * Math.log(1 + Math.exp(d));
  const colour = 1 / (1 + Math.exp(-k));
  const pixel = (1 - Math.exp(-depth)) * colour;
  assertAlmostEquals(loss, pixel ** 2, 1e-7);
  const [byDensity, byColour] = split(await gradient.read(), 1);
  const slope = 2 * distance / (1 + Math.exp(-d)) * Math.exp(-depth) * colour;
  assertAlmostEquals(byDensity[0], 2 * pixel * slope, 1e-6);
  assertAlmostEquals(byColour[1], 2 / 3 * pixel * (1 - Math.exp(-depth)) * colour * (1 - colour), 1e-6);
});

Deno.test("training on host arrays takes whole rays: a full batch has the loss of the batch as it is", async () => {
  using gpu = await openDevice({ kernels: "register" });
  const { field: owned, batch, objective } = radianceProblem(gpu);
  using field = owned;
  using optimizer = createOptimizer(gpu, sgd({ learningRate: 1e-3 }), field.layout);
  const losses: number[] = [];
  for await (const event of train({ field, objective, data: batch, optimizer, batchSize: 6, epochs: 1 })) {
    losses.push(...event.losses);
  }
  assertEquals(losses.length, 1);
  assertAlmostEquals(losses[0] / golden3.loss, 1, TOLERANCE);
});

Deno.test("a sum of objectives with different rows a sample is refused", () => {
  const terms = [{ objective: volumeRendering({ intervals: 9 }) }, {
    objective: meanSquaredError({ output: "density" }),
  }];
  assertThrows(() => weightedSum(terms), Error, "expected samples of 9 rows, as in the first term, found 1");
});

Deno.test("a sum with a negative weight has no Gauss-Newton samples, and says so", async () => {
  using gpu = await openDevice({ kernels: "register" });
  const { field: owned, batch, objective } = radianceProblem(gpu);
  using field = owned;
  await assertRejects(
    () => gaussNewtonSamples(field, weightedSum([{ objective, weight: -2 }]), batch, { count: 1 }),
    Error,
    "weightedSum: expected weights ≥ 0 for samples of the Gauss-Newton matrix, found -2 for volumeRendering.",
  );
});

Deno.test("a batch has the same bits on every run", async () => {
  const run = async () => {
    using gpu = await openDevice({ kernels: "register" });
    const { field: owned, batch, objective, v } = radianceProblem(gpu);
    using field = owned;
    const { gradient, hvp } = await hessianVectorProduct(field, objective, batch, v);
    return [await gradient.read(), await hvp.read()];
  };
  assertEquals(await run(), await run());
});

Deno.test("misfits are refused in one sentence", async () => {
  assertThrows(
    () => volumeRendering({ intervals: 0 }),
    RangeError,
    "intervals: expected a whole number from 1, found 0",
  );
  using gpu = await openDevice({ kernels: "register" });
  const { field: owned, batch } = radianceProblem(gpu);
  using field = owned;
  const wrong = lossAndGradient(field, volumeRendering({ intervals: 8 }), batch);
  await wrong.then(() => assertEquals(1, 0), (error) => {
    assertEquals(error.message, "targets: edges: expected a multiple of its width 9, found 60 numbers.");
  });
});
