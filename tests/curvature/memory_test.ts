import { assertEquals, assertLess } from "@std/assert";
import { createField, createVector, meanSquaredError, mlp, sine } from "../../mod.ts";
import { curvatureOperator, lanczos, probeOperator } from "../../lib/curvature/mod.ts";
import { streams } from "../../lib/gpu/random.ts";
import { fileDevice } from "../support/device.ts";
import { memoryAfterCollection } from "../support/memory.ts";

const gpu = await fileDevice({ allowSoftware: true });
const objective = meanSquaredError();
const batch = {
  inputs: Float32Array.from({ length: 128 }, (_, i) => Math.sin(12.9 * i)),
  targets: new Float32Array(64).fill(0.5),
};

/**
 * Runs `once`, which makes `each` products, until 2000 products were made, and asserts that memory is then where it was after 100: buffers of
 * the device exactly, the heap to 256 KiB, which is less than 140 bytes a product, and the process to 32 MiB, because the device's driver
 * allocates as it likes: after the first 100 products we saw it grow by 1 to 11 MiB.
 */
async function assertLevel(each: number, once: (first: number) => Promise<void>): Promise<void> {
  for (let done = 0; done < 100; done += each) await once(done);
  const [before, buffers, bytes] = [await memoryAfterCollection(), gpu.liveBuffers, gpu.liveBytes];
  for (let done = 100; done < 2000; done += each) await once(done);
  const after = await memoryAfterCollection();
  assertEquals([gpu.liveBuffers, gpu.liveBytes], [buffers, bytes]);
  assertLess(after.heap - before.heap, 2 ** 18);
  assertLess(after.resident - before.resident, 2 ** 25);
}

Deno.test("2000 products leave the memory of process and device where it was after 100", async () => {
  using field = smallField();
  using hessian = curvatureOperator(field, objective, batch);
  using direction = createVector(gpu, field.layout);
  using product = createVector(gpu, field.layout);
  await assertLevel(10, async (first) => {
    for (let i = 0; i < 10; i++) {
      direction.fillRademacher({ seed: 0, stream: streams.probe, step: first + i });
      await hessian.apply(direction, product);
    }
    await gpu.synchronize();
  });
});

Deno.test("Lanczos and probes, each time on a new operator, leave memory where it was", async () => {
  using field = smallField();
  await assertLevel(20, async (seed) => {
    using hessian = curvatureOperator(field, objective, batch);
    await lanczos(hessian, { steps: 10, seed });
    await probeOperator(hessian, { probes: 10, seed });
  });
});

function smallField() {
  const description = mlp({ inputs: 2, hidden: [8], outputs: 1, activation: sine({ omega: 10 }) });
  return createField(gpu, description, { seed: 1 });
}
