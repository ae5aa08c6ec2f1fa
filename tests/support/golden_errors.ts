/** Prints the adapter's name and the largest relative error of each golden field's outputs, gradient and Hessian-vector product. */
import { binaryCrossEntropy, createField, hessianVectorProduct, meanSquaredError, openDevice } from "../../mod.ts";
import { describe, goldenFields, relativeError } from "./golden.ts";

using gpu = await openDevice({ kernels: "register" });
const errors: Record<string, number> = {};
for (const golden of goldenFields) {
  using field = createField(gpu, describe(golden));
  field.parameters.write(golden.params);
  const batch = { inputs: Float32Array.from(golden.x), targets: Float32Array.from(golden.y) };
  const objective = golden.loss === "mse" ? meanSquaredError() : binaryCrossEntropy();
  const { gradient, hvp } = await hessianVectorProduct(field, objective, batch, Float32Array.from(golden.v));
  errors[golden.name] = Math.max(
    relativeError(await field.evaluate(batch.inputs), golden.out),
    relativeError(await gradient.read(), golden.grad),
    relativeError(await hvp.read(), golden.hvp),
  );
}
console.log(JSON.stringify({ adapter: gpu.adapter.name, errors }));
