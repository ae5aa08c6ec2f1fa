import { assertEquals } from "@std/assert";
import type { DeviceBuffer } from "../../lib/gpu/buffer.ts";
import type { TrainingData } from "../../lib/data/training_data.ts";
import { disjointBatches, wholeBatch } from "../../tasks/training/whole_batches.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice({ allowSoftware: true });

/** The indices of the samples that a batch has, of data of so many samples. */
async function indicesOf(count: number, samples: number, number: number): Promise<number[]> {
  let indices: DeviceBuffer | undefined;
  const data: TrainingData = {
    count,
    fill: (_, given) => void (indices = given),
    [Symbol.dispose]: () => {},
  };
  using batch = wholeBatch(gpu, data, { samples, seed: 1, number });
  batch.fill({ first: 0, samples: batch.samples } as Parameters<TrainingData["fill"]>[0]);
  const [read] = await gpu.read(indices!);
  return [...new Uint32Array(read)].slice(0, batch.samples);
}

Deno.test("batches that are measured are whole, also where the last one of an epoch in training is not", async () => {
  const batches = await Promise.all([0, 1, 2, 3, 4, 5].map((number) => indicesOf(832, 256, number)));
  for (const batch of batches) assertEquals(new Set(batch).size, 256);
  // Three whole batches are one epoch.
  assertEquals(new Set(batches.slice(0, 3).flat()).size, 768);
  assertEquals(new Set(batches.slice(3).flat()).size, 768);
  assertEquals(batches[0].toSorted().join() === batches[3].toSorted().join(), false);
});

Deno.test("a batch has at most all samples of the data", async () => {
  assertEquals((await indicesOf(50, 64, 3)).toSorted((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i));
});

Deno.test("small data give smaller batches that share no sample, or none", () => {
  const wanted = { samples: 64, batches: 32 };
  assertEquals(disjointBatches(10000, wanted), wanted);
  assertEquals(disjointBatches(832, wanted), { samples: 64, batches: 13 });
  assertEquals(disjointBatches(50, wanted), { samples: 6, batches: 8 });
  assertEquals(disjointBatches(8, wanted), { samples: 1, batches: 8 });
  assertEquals(disjointBatches(7, wanted), undefined);
});
