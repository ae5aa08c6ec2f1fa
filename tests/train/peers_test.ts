import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  adam,
  createField,
  createOptimizer,
  esgd,
  gaussNewton,
  kfac,
  meanSquaredError,
  mlp,
  type OptimizerSpec,
  sgd,
  sine,
  soap,
  train,
} from "../../mod.ts";
import { type Peers, planTraining } from "../../lib/train/mod.ts";
import { partOf } from "../../lib/train/peers.ts";
import { Sampler } from "../../lib/train/sampler.ts";
import { fileDevice } from "../support/device.ts";
import { peersInOne } from "../support/peers.ts";

const gpu = await fileDevice({ kernels: "register" });
const description = mlp({ inputs: 2, hidden: [16, 16], outputs: 1, activation: sine() });
const data = (count: number) => {
  const inputs = Float32Array.from({ length: 2 * count }, (_, i) => Math.cos(i * 1.7));
  return { inputs, targets: Float32Array.from({ length: count }, (_, i) => Math.sin(3 * inputs[2 * i])) };
};

interface Trained {
  losses: number[];
  parameters: Float32Array;
  state: Float32Array[];
  step: number;
}

/** Trains in one of several processes, or alone. The parameters of a process other than the first begin elsewhere. */
async function trained(
  spec: OptimizerSpec,
  peers?: Peers,
  { samples = 65, epochs = 2, signal, rounding = 0 }: {
    samples?: number;
    epochs?: number;
    signal?: AbortSignal;
    rounding?: number;
  } = {},
): Promise<Trained> {
  using field = createField(gpu, description, { seed: 5 + (peers?.rank ?? 0) });
  using optimizer = createOptimizer(gpu, spec, field.layout);
  if (rounding > 0) {
    field.parameters.write(
      (await field.parameters.read()).map((each, i) => each * (1 + (i % 2 === 0 ? rounding : -rounding))),
    );
  }
  const losses: number[] = [];
  const options = { field, optimizer, objective: meanSquaredError(), data: data(samples), batchSize: 32, seed: 3 };
  for await (const event of train({ ...options, epochs, peers, signal })) losses.push(...event.losses);
  const state = await Promise.all(Object.values(optimizer.state).map((vector) => vector.read()));
  return { losses, parameters: await field.parameters.read(), state, step: optimizer.counters.step };
}

const together = (spec: OptimizerSpec, size: number, options = {}) =>
  Promise.all(peersInOne(size).map((peers) => trained(spec, peers, options)));

/** The largest difference relative to the largest number. */
function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const largest = Array.from(expected).reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  return Array.from(found).reduce((most, each, i) => Math.max(most, Math.abs(each - expected[i])), 0) / largest;
}

const SPECS: Readonly<Record<string, OptimizerSpec>> = {
  sgd: sgd({ learningRate: 0.01 }),
  adam: adam({ learningRate: 1e-3 }),
  esgd: esgd({ learningRate: 1e-3, warmup: 1, initialProbes: 2, updateEvery: 2 }),
  soap: soap({ learningRate: 1e-3 }),
  kfac: kfac({ learningRate: 0.01 }),
  gaussNewton: gaussNewton({ learningRate: 1e-3 }),
};

for (const [name, spec] of Object.entries(SPECS)) {
  Deno.test(`${name}: one, two and three processes make the steps of one that is alone, up to rounding`, async () => {
    // The last batch of an epoch has one sample, so that some processes have none.
    const samples = 33;
    const alone = await trained(spec, undefined, { samples });
    assertEquals(alone.losses.length, 4);
    const nearby = await trained(spec, undefined, { samples, rounding: 2 ** -23 });
    // SOAP turns rounding into whole steps where its matrices have equal eigenvalues, so the limit is measured, not a constant: a few
    // times what one unit in the last place of the first parameters makes of the run, and at least two such units.
    const limits = [[nearby.losses, alone.losses], [nearby.parameters, alone.parameters]]
      .map(([changed, expected]) => 8 * Math.max(difference(changed, expected), 2 ** -22));
    for (const size of [1, 2, 3]) {
      const all = await together(spec, size, { samples });
      for (const each of all) assertEquals(each, all[0], `${size} processes have the same bits`);
      const found = [difference(all[0].losses, alone.losses), difference(all[0].parameters, alone.parameters)];
      found.forEach((each, i) => assert(each <= limits[i], `${size} processes: ${found}, expected at most ${limits}`));
      if (size === 1) assertEquals(all[0], alone);
      if (size === 3) {
        assertEquals(await together(spec, size, { samples }), all, "the same number of processes gives the same bits");
      }
    }
  });
}

Deno.test("the parts of a batch follow each other and differ by one sample at most", () => {
  for (const samples of [0, 1, 2, 7, 64]) {
    for (const size of [1, 2, 3, 5]) {
      let end = 0;
      for (let rank = 0; rank < size; rank++) {
        const part = partOf(samples, { rank, size });
        assertEquals(part.first, end);
        assert(Math.abs(part.samples - samples / size) < 1);
        end += part.samples;
      }
      assertEquals(end, samples);
    }
  }
});

Deno.test("a signal at one process stops all of them after the same step", async () => {
  const controller = new AbortController();
  const peers = peersInOne(3);
  const stopping = { ...peers[1] };
  let sums = 0;
  stopping.sum = (numbers) => {
    if (++sums === 20) controller.abort();
    return peers[1].sum(numbers);
  };
  const spec = sgd({ learningRate: 0.01 });
  const all = await Promise.all([
    trained(spec, peers[0], { epochs: 10_000 }),
    trained(spec, stopping, { epochs: 10_000, signal: controller.signal }),
    trained(spec, peers[2], { epochs: 10_000 }),
  ]);
  assert(all[0].step >= 20 && all[0].step < 30_000);
  for (const each of all) assertEquals(each, all[0]);
});

Deno.test("a divergence is noticed by all processes at the same step", async () => {
  const messages = await Promise.all(
    peersInOne(2).map(async (peers) => {
      const error = await assertRejects(() => trained(sgd({ learningRate: 1e30 }), peers), Error, "diverged at step");
      return error.message.replace(/ in .*/, "");
    }),
  );
  assertEquals(messages[0], messages[1]);
});

Deno.test("the plan of several processes has the exchange of each step", async () => {
  const slow = (peers: Peers): Peers => ({
    ...peers,
    async sum(numbers) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await peers.sum(numbers);
    },
  });
  const plan = async (peers: Peers) => {
    using field = createField(gpu, description, { seed: 1 });
    using optimizer = createOptimizer(gpu, sgd(), field.layout);
    return await planTraining({
      field,
      optimizer,
      objective: meanSquaredError(),
      data: data(65),
      batchSize: 32,
      peers,
    });
  };
  const [first] = await Promise.all(peersInOne(2).map(slow).map(plan));
  assert(first.plainSeconds >= 0.1 && first.secondsOf(1) === first.plainSeconds);
});

Deno.test("peers and a hook of one's own exclude each other", async () => {
  using field = createField(gpu, description, { seed: 1 });
  using optimizer = createOptimizer(gpu, sgd(), field.layout);
  const options = { field, optimizer, objective: meanSquaredError(), data: data(8), epochs: 1 };
  const training = train({ ...options, peers: peersInOne(1)[0], reduce: () => Promise.resolve() });
  await assertRejects(() => training.next(), Error, "train: expected peers or reduce, found both.");
});

Deno.test("a process draws the samples of its part only, and the same ones as the whole batch has there", async () => {
  const [count, batchSize] = [1000, 300];
  using whole = new Sampler(gpu, count, batchSize, 1);
  for (const step of [2, 3]) {
    const { rows } = whole.draw(step);
    const expected = new Uint32Array((await gpu.read(whole.indices))[0]);
    for (const rank of [0, 1, 2]) {
      using own = new Sampler(gpu, count, batchSize, 1);
      const { first, samples } = partOf(rows, { rank, size: 3 });
      own.draw(step, { first, samples });
      const drawn = new Uint32Array((await gpu.read(own.indices))[0]);
      assertEquals(drawn.subarray(first, first + samples), expected.subarray(first, first + samples));
      assert(drawn.subarray(first + samples).every((index) => index === 0));
    }
  }
});
