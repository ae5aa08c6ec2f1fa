import { curvatureOperator, type DeviceBatch } from "../../../lib/curvature/operator.ts";
import { streams } from "../../../lib/gpu/random.ts";
import { createVector } from "../../../lib/linalg/vector.ts";
import type { Moment } from "../moment.ts";

/** Hv on a batch for one direction v of random signs, in flat order. */
export async function oneProduct(
  { field, input: { objective }, seed }: Moment,
  batch: DeviceBatch,
): Promise<Float32Array> {
  using operator = curvatureOperator(field, objective, batch);
  using direction = createVector(field.gpu, field.layout, "direction");
  using product = createVector(field.gpu, field.layout, "product");
  direction.fillRademacher({ seed, stream: streams.probe, step: 0 });
  await operator.apply(direction, product);
  return await product.read();
}
