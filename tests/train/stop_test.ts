import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  adam,
  createField,
  createOptimizer,
  esgd,
  gaussNewton,
  type Gpu,
  kfac,
  meanSquaredError,
  mlp,
  type OptimizerSpec,
  sine,
  train,
} from "../../mod.ts";
import { tableData, type TrainingData } from "../../lib/data/training_data.ts";
import { planTraining } from "../../lib/train/mod.ts";
import { samplesOfEveryKind } from "../../lib/diff/chunks.ts";
import { costOfSteps } from "../../lib/train/budget.ts";
import { keepState } from "../../lib/train/keep_state.ts";
import { cpuMilliseconds, otherClock, slowClock } from "../support/clock.ts";
import { fileDevice } from "../support/device.ts";

const gpu: Gpu = await fileDevice({ kernels: "register" });

/** 96 samples, of which every step uses all; the memory is that of 32 samples, so that a batch has three chunks. */
const inputs = Float32Array.from({ length: 96 }, (_, i) => i / 48 - 1);
const given = {
  objective: meanSquaredError(),
  data: { inputs, targets: inputs.map(Math.sin) },
  batchSize: 96,
  memory: 64 * 1024,
};

/** Trains a new field, and returns parameters and optimizer state after all calls of `work`. */
async function trained(
  spec: OptimizerSpec,
  work: (options: Parameters<typeof train>[0]) => Promise<void>,
): Promise<Float32Array[]> {
  using field = createField(gpu, mlp({ inputs: 1, hidden: [16], outputs: 1, activation: sine() }), { seed: 3 });
  using optimizer = createOptimizer(gpu, spec, field.layout);
  await work({ ...given, field, optimizer, steps: 3 });
  assertEquals(optimizer.counters.step, 3);
  return await Promise.all([field.parameters, ...Object.values(optimizer.state)].map((vector) => vector.read()));
}

async function toTheEnd(options: Parameters<typeof train>[0]): Promise<void> {
  for await (const _ of train(options));
}

/** A signal that is aborted from the n-th time on that it is asked. */
function abortedAt(n: number): AbortSignal & { readonly asked: number } {
  let asked = 0;
  return {
    get aborted() {
      return ++asked >= n;
    },
    get asked() {
      return asked;
    },
    throwIfAborted() {},
  } as unknown as AbortSignal & { readonly asked: number };
}

/** Makes every pass over a chunk look as if it took ten seconds, so that the host waits after each. */
async function slowly(work: () => Promise<void>): Promise<void> {
  using _ = slowClock();
  await work();
}

Deno.test("a step that is stopped after any of its passes leaves field and optimizer as if it had not begun", async () => {
  for (const spec of [esgd({ initialProbes: 2, probes: 2 }), adam(), kfac(), gaussNewton()]) {
    const whole = await trained(spec, toTheEnd);
    let stops = 0;
    for (const n of spec.name === "esgd" ? [2, 3, 4, 5, 7, 9, 12, 16, 20] : [2, 3, 5]) {
      const stopped = await trained(spec, async (options) => {
        const signal = abortedAt(n);
        await slowly(() => toTheEnd({ ...options, signal }));
        const { step } = options.optimizer.counters;
        if (step === 3) return;
        stops++;
        await toTheEnd(options);
      });
      assertEquals(stopped, whole, `${spec.name}, stopped at question ${n}`);
    }
    assert(stops >= 2, `${spec.name} was stopped ${stops} times`);
  }
});

Deno.test("the state of an optimizer can be kept and brought back", async () => {
  using optimizer = createOptimizer(gpu, adam(), 8);
  const vectors = Object.values(optimizer.state);
  const read = () => Promise.all(vectors.map((vector) => vector.read()));
  vectors.forEach((vector, i) => vector.write(new Float32Array(8).fill(i + 0.1)));
  optimizer.restore({ step: 5, observations: 0 });
  const before = await read();
  const undo = await keepState(optimizer);
  vectors.forEach((vector) => vector.write(new Float32Array(8).fill(7)));
  optimizer.restore({ step: 6, observations: 0 });
  undo();
  assertEquals([await read(), optimizer.counters], [before, { step: 5, observations: 0 }]);
});

Deno.test("a plan stops between two passes, with the signal's reason", async () => {
  using field = createField(gpu, mlp({ inputs: 1, hidden: [16], outputs: 1, activation: sine() }));
  using optimizer = createOptimizer(gpu, esgd(), field.layout);
  const buffers = gpu.liveBuffers;
  const signal = AbortSignal.abort(new Error("stopped"));
  await assertRejects(() => planTraining({ ...given, field, optimizer, signal }), Error, "stopped");
  assertEquals(gpu.liveBuffers, buffers);
});

Deno.test("a rehearsal of a large batch has a first chunk and the last one", () => {
  const size = { samples: 10, rowsPerSample: 1 };
  const expected = [[7, 7], [10, 10], [13, 13], [20, 20], [33, 13], [40, 20], [1_000_001, 11]];
  for (const [batch, few] of expected) assertEquals(samplesOfEveryKind(batch, size), few, `${batch}`);
});

Deno.test("a plan extrapolates the time of a batch of many chunks from a few of them", async () => {
  using field = createField(gpu, mlp({ inputs: 1, hidden: [16], outputs: 1, activation: sine() }));
  using optimizer = createOptimizer(gpu, adam(), field.layout);
  const inputs = new Float32Array(8000);
  const objective = meanSquaredError();
  using table = tableData(field, objective, { inputs, targets: inputs });
  let chunks = 0;
  const data: TrainingData = {
    ...table,
    fill(...request) {
      chunks++;
      table.fill(...request);
    },
  };
  // Every chunk takes three seconds.
  using _ = otherClock(() => 3000 * chunks);
  const batch = { field, objective, data, optimizer, batchSize: 8000, memory: given.memory };
  const { plainSeconds, chunkRows } = await planTraining(batch);
  assertEquals(plainSeconds, 3 * 8000 / chunkRows);
  assert(chunks < 10 && chunks < 8000 / chunkRows, `${chunks} chunks were tried`);
});

Deno.test("the cost of any number of steps is known at once", () => {
  const cost = (step: number) => step < 50 ? 1000 : step % 100 === 49 ? 3 : 1;
  let sum = 0;
  for (let step = 0; step < 30_000; step++) sum += cost(step);
  assertEquals(costOfSteps(0, cost), 0);
  assertEquals(costOfSteps(60, cost), 50_010);
  assertEquals(costOfSteps(30_000, cost), sum);
  const begin = cpuMilliseconds();
  const all = costOfSteps(Number.MAX_SAFE_INTEGER, cost);
  assert(Math.abs(all / (1.02 * Number.MAX_SAFE_INTEGER) - 1) < 1e-6, `${all}`);
  assert(cpuMilliseconds() - begin < 100);
});
