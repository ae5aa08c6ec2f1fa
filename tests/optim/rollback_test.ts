import { assertEquals, assertNotEquals } from "@std/assert";
import { createOptimizer, createVector, esgdSoap, soap } from "../../mod.ts";
import type { Segment } from "../../lib/linalg/mod.ts";
import type { Optimizer } from "../../lib/optim/mod.ts";
import { fileDevice } from "../support/device.ts";
import { someMatrix } from "../support/matrix.ts";

const gpu = await fileDevice();

const segments: Segment[] = [{ name: "w", shape: [5, 4] }, { name: "b", shape: [5] }];
const count = 25;
const vectorAt = (seed: number) => someMatrix(1, count, seed)[0];

/** Makes the steps from one to another from these parameters on, and returns the parameters after them. */
async function walk(optimizer: Optimizer, from: ArrayLike<number>, [first, end]: number[]): Promise<Float32Array> {
  using parameters = createVector(gpu, segments);
  using gradient = createVector(gpu, segments);
  using hvp = createVector(gpu, segments);
  parameters.write(from);
  for (let step = first; step < end; step++) {
    for (let due = optimizer.requests()[0]?.count ?? 0; due > 0; due--) {
      hvp.write(vectorAt(100 * step + due));
      optimizer.observe({ hvp });
    }
    gradient.write(vectorAt(1000 + step));
    optimizer.step({ parameters, gradient });
  }
  return await parameters.read();
}

// The bases are refreshed at the steps 3, 6 and 9.
for (
  const [title, spec] of [
    ["SOAP refreshed by rotation", soap({ updateEvery: 3, refresh: "rotation" })],
    ["ESGD in SOAP's eigenbases refreshed by QR", esgdSoap({ basisEvery: 3, refresh: "qr" })],
  ] as const
) {
  Deno.test(`taken back to an earlier state while in use, ${title} steps as a fresh optimizer with that state`, async () => {
    using used = createOptimizer(gpu, spec, segments);
    const then = await walk(used, vectorAt(1), [0, 5]);
    const { counters } = used;
    const saved = await Promise.all(
      Object.entries(used.state).map(async ([name, vector]) => [name, await vector.read()] as const),
    );
    const restore = (optimizer: Optimizer) => {
      for (const [name, numbers] of saved) optimizer.state[name].write(numbers);
      optimizer.restore(counters);
    };
    await walk(used, then, [5, 8]);
    assertNotEquals(await used.state.basis.read(), new Map(saved).get("basis"), "the bases have moved on");
    restore(used);
    using fresh = createOptimizer(gpu, spec, segments);
    restore(fresh);
    assertEquals(await walk(used, then, [5, 11]), await walk(fresh, then, [5, 11]));
  });
}
