import { assert, assertEquals } from "@std/assert";
import { createOptimizer, optimizerFromConfig, optimizerNames } from "../../mod.ts";
import type { Segment } from "../../lib/extend.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice();

// Wide, tall and square matrices, large enough for Shampoo's blocks and Muon.
const segments: Segment[] = [
  { name: "first.weight", shape: [20, 8], map: "first" },
  { name: "first.bias", shape: [20], map: "first" },
  { name: "second.weight", shape: [20, 20], map: "second" },
  { name: "second.bias", shape: [20], map: "second" },
  { name: "third.weight", shape: [9, 20] },
];

/** Makes the device refuse a buffer after so many others, as it does where one is too large. */
function refuseBufferAfter(count: number): Disposable {
  const { buffer } = gpu;
  let made = 0;
  gpu.buffer = (label, size) => {
    if (made++ === count) throw new Error("refused");
    return buffer.call(gpu, label, size);
  };
  return { [Symbol.dispose]: () => Reflect.deleteProperty(gpu, "buffer") };
}

for (const name of optimizerNames) {
  Deno.test(`${name} frees all that it made, also where it cannot be made whole`, () => {
    const before = gpu.liveBuffers;
    const grafting = name === "shampoo" ? { grafting: "adam" } : {};
    const damping = name.startsWith("esgd") && name !== "esgdMax" ? { relativeDamping: 0.1 } : {};
    const spec = optimizerFromConfig({ name, clipNorm: 1, ...grafting, ...damping });
    createOptimizer(gpu, spec, segments)[Symbol.dispose]();
    assertEquals(gpu.liveBuffers, before);
    for (let count = 0;; count++) {
      using _ = refuseBufferAfter(count);
      try {
        createOptimizer(gpu, spec, segments)[Symbol.dispose]();
        assert(count > 1, "the optimizer needs buffers");
        return;
      } catch (error) {
        assertEquals((error as Error).message, "refused");
        assertEquals(gpu.liveBuffers, before, `after ${count} buffers`);
      }
    }
  });
}
