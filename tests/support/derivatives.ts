import { assert } from "@std/assert";
import {
  type Activation,
  createDifferentiator,
  createField,
  type Gpu,
  meanSquaredError,
  mlp,
  type Objective,
  sine,
} from "../../mod.ts";
import { dot } from "./golden.ts";
import { randomNumbers } from "./random_numbers.ts";

/**
 * Asserts that the gradient and a Hessian-vector product of a small field agree with central differences of its losses and gradients.
 * In f32 differences with this step are right to about three digits; a wrong derivative is wrong in the first.
 */
export async function agreesWithDifferences(
  gpu: Gpu,
  { activation = sine({ omega: 3 }), objective = meanSquaredError(), target = (x) => Math.sin(3 * x) }: {
    activation?: Activation;
    objective?: Objective;
    /** What the field should be at x. */
    target?: (x: number) => number;
  },
): Promise<void> {
  using field = createField(gpu, mlp({ inputs: 1, hidden: [16, 16], outputs: 1, activation }), { seed: 1 });
  using differentiator = createDifferentiator(field, objective);
  const random = randomNumbers(3);
  const inputs = Float32Array.from({ length: 64 }, () => 2 * random() - 1);
  const batch = { inputs, targets: inputs.map(target) };
  const start = await field.parameters.read();
  const direction = start.map(() => 2 * random() - 1);
  const at = async (step: number) => {
    field.parameters.write(start.map((each, i) => each + step * direction[i]));
    const { loss, gradient } = await differentiator.lossAndGradient(batch);
    return { loss, slope: dot(await gradient.read(), direction) };
  };
  const step = 2 ** -9;
  const [before, after, here] = [await at(-step), await at(step), await at(0)];
  const { hvp } = await differentiator.hessianVectorProduct(batch, direction);
  const curvature = dot(await hvp.read(), direction);
  close("gradient", here.slope, (after.loss - before.loss) / (2 * step));
  close("Hessian-vector product", curvature, (after.slope - before.slope) / (2 * step));
}

function close(what: string, found: number, difference: number): void {
  const close = Math.abs(found - difference) <= 5e-3 * Math.abs(difference) + 1e-4;
  assert(close, `${what}: expected about ${difference}, as differences say, found ${found}`);
}
