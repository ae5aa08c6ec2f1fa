import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  adam,
  createField,
  createOptimizer,
  DivergenceError,
  esgd,
  gaussian,
  gaussNewton,
  kfac,
  meanSquaredError,
  mlp,
  type OptimizerSpec,
  relu,
  train,
  type TrainOptions,
} from "../../mod.ts";
import { fileDevice } from "../support/device.ts";
import { wave } from "../support/matrices.ts";
import { sameBits } from "../support/same_bits.ts";

const gpu = await fileDevice({ kernels: "register" });
const inputs = wave(2 * 100, 1.7);
const data = { inputs, targets: Float32Array.from({ length: 100 }, (_, i) => Math.sin(3 * inputs[2 * i])) };
const objective = meanSquaredError();

Deno.test("every kind of curvature trains with halves: the same bits twice, and nearly the losses of single precision", async () => {
  const description = mlp({ inputs: 2, hidden: [16, 16], outputs: 1, activation: gaussian({ sigma: 0.5 }) });
  const specs: OptimizerSpec[] = [adam(), esgd({ updateEvery: 2 }), gaussNewton(), kfac()];
  for (const spec of specs) {
    const lossesOf = async (storage: TrainOptions["storage"]) => {
      using field = createField(gpu, description, { seed: 1 });
      using optimizer = createOptimizer(gpu, spec, field.layout);
      const losses: number[] = [];
      // The last batch of an epoch has 4 samples.
      const how = { field, optimizer, objective, data, storage, batchSize: 48, steps: 6 };
      for await (const event of train(how)) losses.push(...event.losses);
      return Float32Array.from(losses);
    };
    const [single, half] = [await lossesOf("f32"), await sameBits(() => lossesOf("f16"))];
    assertEquals(half.length, 6);
    // Gradients are off by 1 or 2 times 2⁻¹¹ (docs/kernels.md), which each of five steps adds to.
    half.forEach((loss, step) =>
      assertAlmostEquals(loss / single[step], 1, 10 * 2 ** -11, `${spec.name}, step ${step}`)
    );
  }
});

Deno.test("a preactivation that no half can hold ends training, although single precision could go on", async () => {
  const description = mlp({ inputs: 2, hidden: [16, 16], outputs: 1, activation: relu() });
  const run = async (storage: TrainOptions["storage"]) => {
    using field = createField(gpu, description, { seed: 1 });
    field.parameters.write(new Float32Array(field.parameterCount).fill(100));
    using optimizer = createOptimizer(gpu, adam(), field.layout);
    let last = 0;
    for await (const { step } of train({ field, optimizer, objective, data, storage, steps: 3 })) last = step;
    return last;
  };
  assertEquals(await run("f32"), 3);
  const error = await assertRejects(() => run("f16"), DivergenceError);
  assertEquals([error.divergence.step, error.divergence.quantity], [1, "gradient"]);
});
