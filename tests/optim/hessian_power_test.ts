import { assertAlmostEquals, assertEquals } from "@std/assert";
import { adaHessianE, createOptimizer, createVector, openDevice } from "../../mod.ts";

const EPSILON = 1e-4;

/** Two of the curvatures are 0, as they are exactly for many weights of a ReLU field. */
const CURVATURE = Float32Array.from([0, 0.25, 0, 4]);

Deno.test("a step divides by the curvature to the power k, which is 1 everywhere for k = 0", async () => {
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  for (const hessianPower of [0, 0.5, 1]) {
    const spec = adaHessianE({ hessianPower, learningRate: 1, epsilon: EPSILON });
    using optimizer = createOptimizer(gpu, spec, CURVATURE.length);
    using parameters = createVector(gpu, new Float32Array(CURVATURE.length));
    using gradient = createVector(gpu, new Float32Array(CURVATURE.length).fill(1));
    using hvp = createVector(gpu, CURVATURE);
    optimizer.observe({ hvp });
    optimizer.step({ parameters, gradient });
    const expected = [...CURVATURE].map((d) => d ** hessianPower + EPSILON);
    (await parameters.read()).forEach((moved, i) => assertAlmostEquals(-moved * expected[i], 1, 1e-5));
    using preconditioner = await optimizer.preconditioner(gradient);
    const diagonal = await preconditioner!.diagonal!.read();
    diagonal.forEach((d, i) => assertAlmostEquals(d / expected[i], 1, 1e-5));
    const all = new Float32Array((await gpu.read(parameters.buffer))[0]);
    assertEquals(all.subarray(CURVATURE.length).every((entry) => entry === 0), true, "padding");
  }
});
