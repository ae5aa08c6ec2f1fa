import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { clipGradient, createOptimizer, createVector, openDevice, sgd } from "../../mod.ts";

/** θ after a step of gradient descent at rate 1 from 0, which is minus the gradient that it was given. */
async function given(gradient: Float32Array, clipNorm: number): Promise<Float32Array> {
  using gpu = await openDevice({ kernels: "register", operands: "buffer" });
  using parameters = createVector(gpu, new Float32Array(gradient.length));
  using vector = createVector(gpu, gradient);
  using optimizer = createOptimizer(gpu, clipGradient(sgd(), clipNorm), gradient.length);
  optimizer.step({ parameters, gradient: vector });
  const moved = await parameters.read();
  assertEquals(await vector.read(), gradient, "the caller's gradient is left alone");
  return moved.map((entry) => -entry);
}

Deno.test("a long gradient is shortened to the norm given, a short one left as it is", async () => {
  const gradient = Float32Array.from({ length: 1003 }, (_, i) => Math.sin(i));
  const norm = Math.hypot(...gradient);
  (await given(gradient, 2)).forEach((g, i) => assertAlmostEquals(g, gradient[i] * 2 / norm, 1e-7));
  assertEquals(await given(gradient, 30), gradient);
  assertEquals(await given(new Float32Array(5), 1), new Float32Array(5));
});

Deno.test("a norm to clip at is positive", () => {
  assertThrows(() => clipGradient(sgd(), 0), Error, "clipByGlobalNorm: clipNorm: expected a number > 0, found 0.");
});
