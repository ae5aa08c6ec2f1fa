import { assertEquals, assertLess, assertRejects } from "@std/assert";
import {
  adaHessianJ,
  adam,
  createField,
  createOptimizer,
  decodeCheckpoint,
  encodeCheckpoint,
  esgd,
  meanSquaredError,
  mlp,
  muon,
  openDevice,
  type OptimizerSpec,
  sgd,
  sine,
  soap,
  train,
} from "../../mod.ts";

const description = mlp({ inputs: 2, hidden: [16, 16], outputs: 1, activation: sine() });
const count = 100;
const inputs = Float32Array.from({ length: 2 * count }, (_, i) => Math.cos(i * 1.7));
const targets = Float32Array.from({ length: count }, (_, i) => Math.sin(3 * inputs[2 * i]) * inputs[2 * i + 1]);

/** Trains from a checkpoint, or afresh, until so many epochs have been made; batches of 32, the last of 4. */
async function checkpointAfter(spec: OptimizerSpec, epochs: number, from?: Uint8Array, seed = 3) {
  using gpu = await openDevice();
  using field = createField(gpu, description, { seed });
  using optimizer = createOptimizer(gpu, spec, field.layout);
  if (from !== undefined) decodeCheckpoint(from, field, optimizer);
  const losses: number[] = [];
  const options = { objective: meanSquaredError(), data: { inputs, targets }, batchSize: 32, seed };
  for await (const event of train({ field, optimizer, epochs, ...options })) losses.push(...event.losses);
  return { bytes: await encodeCheckpoint(field, optimizer), losses };
}

const specs = [
  adam({ learningRate: 1e-3 }),
  esgd({ warmup: 3, updateEvery: 5, initialProbes: 4 }),
  adaHessianJ({ learningRate: 0.15, published: true }),
  muon({ learningRate: 0.02 }),
  soap({ learningRate: 3e-3, updateEvery: 3 }),
];
for (const spec of specs) {
  Deno.test(`${spec.name}: same seed, same bits; stopped and resumed = uninterrupted; loss falls`, async () => {
    const whole = await checkpointAfter(spec, 10);
    const again = await checkpointAfter(spec, 10);
    assertEquals(whole.bytes, again.bytes);
    const half = await checkpointAfter(spec, 5);
    const resumed = await checkpointAfter(spec, 10, half.bytes);
    assertEquals(resumed.bytes, whole.bytes);
    assertEquals(whole.losses, [...half.losses, ...resumed.losses]);
    assertEquals(whole.losses.length, 40);
    const mean = (losses: number[]) => losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    assertLess(mean(whole.losses.slice(-4)), 0.5 * mean(whole.losses.slice(0, 4)));
  });
}

Deno.test("another seed gives another result", async () => {
  const [a, b] = [await checkpointAfter(adam(), 1), await checkpointAfter(adam(), 1, undefined, 4)];
  assertEquals(a.bytes.every((byte, i) => byte === b.bytes[i]), false);
});

Deno.test("a run that diverges stops with an error that names the step", async () => {
  await assertRejects(() => checkpointAfter(sgd({ learningRate: 1e30 }), 5), Error, "diverged at step");
});

Deno.test("training leaves no buffer behind", async () => {
  using gpu = await openDevice();
  {
    using field = createField(gpu, description);
    using optimizer = createOptimizer(gpu, esgd(), field.layout);
    const options = { objective: meanSquaredError(), data: { inputs, targets }, batchSize: 32 };
    for await (const event of train({ field, optimizer, epochs: 1, ...options })) assertEquals(event.aborted, false);
  }
  assertEquals(gpu.liveBuffers, 0);
});
