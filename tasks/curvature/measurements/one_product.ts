import { fillDirection } from "../../../lib/curvature/direction.ts";
import { curvatureOperator, type DeviceBatch } from "../../../lib/curvature/operator.ts";
import { createVector } from "../../../lib/linalg/vector.ts";
import type { Subject } from "../subject.ts";

/** Hv on a batch for one random direction v, in flat order. */
export async function oneProduct({ moment, extent }: Subject, batch: DeviceBatch): Promise<Float32Array> {
  const { field, input: { objective }, seed } = moment;
  using operator = curvatureOperator(field, objective, batch);
  using direction = createVector(field.gpu, field.layout, "direction");
  using product = createVector(field.gpu, field.layout, "product");
  fillDirection(direction, extent.directions, seed, 0);
  await operator.apply(direction, product);
  return await product.read();
}
