import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createField, gaussNewtonVectorProduct, lossAndGradient, mlp, sine } from "../../mod.ts";
import { huber, meanAbsoluteError, objectiveKinds, registerObjective } from "../../lib/objective/mod.ts";
import { agreesWithDifferences } from "../support/derivatives.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice({ allowSoftware: true });

Deno.test("the derivatives of Huber's loss agree with differences, on both sides of δ", async () => {
  for (const delta of [0.3, 100]) await agreesWithDifferences(gpu, { objective: huber({ delta }) });
});

Deno.test("the derivatives of the mean absolute error agree with differences where no error changes its sign", async () => {
  const objective = meanAbsoluteError();
  for (const far of [-10, 10]) await agreesWithDifferences(gpu, { objective, target: (x) => far + Math.sin(3 * x) });
});

Deno.test("losses agree with those of their entries in 64 bits; the absolute error has a Gauss-Newton matrix of 0", async () => {
  using field = createField(gpu, mlp({ inputs: 1, hidden: [8], outputs: 2, activation: sine({ omega: 3 }) }), {
    seed: 2,
  });
  const inputs = Float32Array.from({ length: 40 }, (_, i) => i / 20 - 1);
  const targets = Float32Array.from({ length: 80 }, (_, i) => i % 7 === 0 ? 5 : 0.5 * Math.cos(i));
  const outputs = await field.evaluate(inputs);
  for (const { make } of objectiveKinds.filter(({ outputs }) => outputs === "values")) {
    const objective = make();
    const { loss } = await lossAndGradient(field, objective, { inputs, targets });
    const mean = outputs.reduce((sum, y, i) => sum + objective.entryLoss!(y, targets[i]), 0) / outputs.length;
    // 80 terms are added in f32.
    assertAlmostEquals(loss, mean, 80 * 2 ** -24 * mean, objective.name);
  }
  const direction = new Float32Array(field.parameterCount).fill(1);
  const { gnvp } = await gaussNewtonVectorProduct(field, meanAbsoluteError(), { inputs, targets }, direction);
  assert((await gnvp.read()).every((each) => each === 0));
});

Deno.test("δ must be positive, and names and aliases of objectives cannot be used again", () => {
  assertThrows(() => huber({ delta: 0 }), RangeError, "huber: delta: expected a number > 0, found 0.");
  assertEquals(huber().options, { delta: 0.01 });
  for (const name of ["huber", "l1"]) {
    const [kind] = objectiveKinds;
    assertThrows(() => registerObjective({ ...kind, name }), Error, `objective: expected another name than ${name}.`);
  }
});
