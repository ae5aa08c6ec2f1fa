import { assert, assertEquals } from "@std/assert";
import { createField, createOptimizer, meanSquaredError, mlp, sine } from "../../mod.ts";
import { optimizerKinds } from "../../lib/optim/registry.ts";
import { planTraining } from "../../lib/train/mod.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice();

const inputs = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
const given = { objective: meanSquaredError(), data: { inputs, targets: inputs }, batchSize: 32 };

function smallField() {
  return createField(gpu, mlp({ inputs: 1, hidden: [8, 8], outputs: 1, activation: sine() }));
}

for (const { name, make } of optimizerKinds) {
  Deno.test(`training with ${name} can be planned, from its first step and from a later one`, async () => {
    using field = smallField();
    using optimizer = createOptimizer(gpu, make({} as never), field.layout);
    for (const step of [0, 7]) {
      optimizer.restore({ step, observations: 1 });
      const { secondsOf } = await planTraining({ ...given, field, optimizer });
      for (let ahead = 0; ahead < 30; ahead++) assert(secondsOf(step + ahead) > 0, `step ${step + ahead}`);
      assertEquals(optimizer.counters, { step, observations: 1 });
    }
  });
}
