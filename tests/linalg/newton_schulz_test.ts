import { assertEquals, assertLess } from "@std/assert";
import { createVector, openDevice } from "../../mod.ts";
import { Layout } from "../../lib/linalg/layout.ts";
import { NewtonSchulz, type NewtonSchulzIteration } from "../../lib/linalg/newton_schulz.ts";
import { distance, matrixFrom, multiply, transpose } from "../support/matrix.ts";

const iteration: NewtonSchulzIteration = "degree17";

/** The parts' coefficients of 1, x² and x⁴, as docs/math.md has them. */
const [U, E, G] = [[0, -16.71464, 15.63519], [5.07855, -88.83885, 83.91229], [0.52751, -0.83982, 0.4458]];

const SIZE = 16;

/** Sylvester's Hadamard matrix divided by the root of its size: orthogonal, with entries of one magnitude. */
const hadamard = Array.from({ length: SIZE }, (_, i) =>
  Array.from({ length: SIZE }, (_, j) => {
    let sign = 1;
    for (let bits = i & j; bits > 0; bits >>= 1) if (bits & 1) sign = -sign;
    return sign / Math.sqrt(SIZE);
  }));

const at = ([c0, c1, c2]: number[], x: number) => c0 + c1 * x ** 2 + c2 * x ** 4;
const magnitude = ([c0, c1, c2]: number[], x: number) => Math.abs(c0) + Math.abs(c1) * x ** 2 + Math.abs(c2) * x ** 4;

/**
 * A bound of the rounding errors to first order: one of 2⁻²⁴ for each product and sum of E, U and U², of the size of the largest terms,
 * multiplied by the derivative 2(U² + E) of what follows.
 */
const TOLERANCE = (() => {
  const points = Array.from({ length: 1001 }, (_, i) => i / 1000);
  const largest = (f: (x: number) => number) => Math.max(...points.map(f));
  const inner = largest((x) => Math.abs(at(U, x) ** 2 + at(E, x)));
  return 2 * inner * largest((x) => 2 * Math.abs(at(U, x)) * magnitude(U, x) + magnitude(E, x)) * 2 ** -24;
})();

// Rows of H diag(σ) all have the same norm, so that making it 1 leaves the ratios of singular values alone. One that is much larger than all
// others is next to the bound by which X is divided, that is at x = 1.
const cases = {
  "one large": (j: number) => j === 0 ? 1 : 0.6 * j / SIZE,
  "evenly spread": (j: number) => (j + 1) / SIZE,
  "over three decades": (j: number) => 10 ** (-3 * j / SIZE),
};

Deno.test("the polynomial of degree 17 of given singular values is that in f64", async () => {
  using gpu = await openDevice({ kernels: "register" });
  {
    const sigmas = Object.values(cases).map((f) => Array.from({ length: SIZE }, (_, j) => f(j)));
    const layout = new Layout(Object.keys(cases).map((name) => ({ name, shape: [SIZE, SIZE] })));
    using data = createVector(gpu, layout);
    data.write(sigmas.flatMap((sigma) => hadamard.map((row) => row.map((entry, j) => entry * sigma[j])).flat()));
    using newtonSchulz = new NewtonSchulz(gpu, layout, [...layout], iteration);
    const [bytes] = await gpu.read(newtonSchulz.record(data.buffer, false));
    const result = layout.unpack(new Float32Array(bytes, 0, layout.deviceLength));
    layout.forEach(({ name, flat }, i) => {
      const bound = 1.001 * sigmas[i].reduce((sum, sigma) => sum + sigma ** 8, 0) ** (1 / 8);
      const expected = sigmas[i].map((sigma, j) => {
        const x = sigma / bound;
        const value = x * ((at(U, x) ** 2 + at(E, x)) ** 2 + at(G, x));
        return sigmas[i].map((_, k) => k === j ? value : 0);
      });
      const found = multiply(transpose(hadamard), matrixFrom(result, SIZE, SIZE, flat));
      assertLess(distance(found, expected), TOLERANCE, name);
    });
  }
  assertEquals(gpu.liveBuffers, 0);
});
