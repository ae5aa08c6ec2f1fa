import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  createField,
  type FieldDescription,
  gaussian,
  hessianVectorProduct,
  identity,
  meanSquaredError,
  openDevice,
  sine,
  weightedSum,
} from "../../mod.ts";
import { dot } from "../support/golden.ts";
import { wave } from "../support/matrices.ts";

// A skip (layer c reads a and the position again), a concatenated second input (colour reads the view), two outputs, and a
// layer (b) that two layers read.
const description: FieldDescription = {
  inputs: { position: 3, view: 2 },
  layers: [
    { name: "a", from: ["position"], units: 7, activation: gaussian({ sigma: 0.7 }), weightBound: 0.6 },
    { name: "b", from: ["a", "position"], units: 5, activation: sine({ omega: 2 }), weightBound: 0.6 },
    { name: "c", from: ["b", "view"], units: 6, activation: gaussian({ sigma: 0.7 }), weightBound: 0.6 },
    { name: "density", from: ["b"], units: 1, activation: identity() },
    { name: "colour", from: ["c"], units: 3, activation: identity() },
  ],
  outputs: { density: "density", colour: "colour" },
};
const rows = 21;
const batch = {
  inputs: { position: wave(rows * 3, 1.3), view: wave(rows * 2, 0.7) },
  targets: { density: wave(rows, 2.1), colour: wave(rows * 3, 0.9) },
};

/** The loss in f64, written for reading. */
function loss(theta: ArrayLike<number>): number {
  let at = 0;
  const linear = (x: number[][], units: number) => {
    const width = x[0].length;
    const weight = at, bias = at + units * width;
    at = bias + units;
    return x.map((row) =>
      Array.from(
        { length: units },
        (_, o) => row.reduce((sum, xi, i) => sum + xi * theta[weight + o * width + i], theta[bias + o]),
      )
    );
  };
  const split = (flat: Float32Array) =>
    Array.from({ length: rows }, (_, r) => [...flat.subarray(r * flat.length / rows, (r + 1) * flat.length / rows)]);
  const each = (x: number[][], f: (z: number) => number) => x.map((row) => row.map(f));
  const join = (x: number[][], y: number[][]) => x.map((row, r) => [...row, ...y[r]]);
  const bump = (z: number) => Math.exp(-z * z / (2 * 0.49));
  const position = split(batch.inputs.position), view = split(batch.inputs.view);
  const a = each(linear(position, 7), bump);
  const b = each(linear(join(a, position), 5), (z) => Math.sin(2 * z));
  const c = each(linear(join(b, view), 6), bump);
  const mean = (y: number[][], t: Float32Array) =>
    y.flat().reduce((sum, yi, i) => sum + (yi - t[i]) ** 2, 0) / t.length;
  const density = linear(b, 1), colour = linear(c, 3);
  return mean(density, batch.targets.density) + 0.5 * mean(colour, batch.targets.colour);
}

Deno.test("skips, concatenated inputs and two outputs: value, gradient and Hv agree with f64 differences", async () => {
  using gpu = await openDevice({ kernels: "register" });
  using field = createField(gpu, description, { seed: 2 });
  const objective = weightedSum([
    { objective: meanSquaredError({ output: "density" }) },
    { objective: meanSquaredError({ output: "colour" }), weight: 0.5 },
  ]);
  const theta = await field.parameters.read();
  for (const k of [0.37, 1.9]) {
    const v = wave(theta.length, k), u = wave(theta.length, k + 0.2);
    const result = await hessianVectorProduct(field, objective, batch, v);
    const at = (s: number, t: number) => loss(Float64Array.from(theta, (x, i) => x + s * u[i] + t * v[i]));
    const h = 1e-4;
    assertAlmostEquals(result.loss, at(0, 0), 1e-6);
    const slope = (at(0, h) - at(0, -h)) / (2 * h);
    const mixed = (at(h, h) - at(h, -h) - at(-h, h) + at(-h, -h)) / (4 * h * h);
    // Differences are good to about h² relative; f32 to 1e−6.
    assertAlmostEquals(dot(await result.gradient.read(), v) / slope, 1, 1e-5);
    assertAlmostEquals(dot(await result.hvp.read(), u) / mixed, 1, 1e-4);
    result.gradient[Symbol.dispose]();
    result.hvp[Symbol.dispose]();
  }
  const evaluated = await field.evaluate(batch.inputs);
  assertEquals([evaluated.density.length, evaluated.colour.length], [rows, rows * 3]);
});
