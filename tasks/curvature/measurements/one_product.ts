import { fillDirection } from "../../../lib/curvature/direction.ts";
import type { DeviceBatch } from "../../../lib/curvature/operator.ts";
import { differentiateInParts } from "../../../lib/diff/passes.ts";
import { Workspace } from "../../../lib/diff/workspace.ts";
import { createVector } from "../../../lib/linalg/vector.ts";
import type { Subject } from "../subject.ts";

/** Samples from which on a product may take seconds, during which a signal is to be noticed. */
const MANY = 4096;

/** Hv on a batch for one random direction v, in flat order. */
export async function oneProduct({ moment, extent, signal }: Subject, batch: DeviceBatch): Promise<Float32Array> {
  const { field, field: { gpu, layout }, input: { objective }, seed } = moment;
  using workspace = new Workspace(field, objective, { samples: batch.samples, products: true });
  using gradient = createVector(gpu, layout, "gradient");
  using direction = createVector(gpu, layout, "direction");
  using result = createVector(gpu, layout, "product");
  fillDirection(direction, extent.directions, seed, 0);
  const request = { ...batch, gradient, products: [{ kind: "hessian", direction, result }] } as const;
  for (const _ of differentiateInParts(workspace, request)) {
    signal.throwIfAborted();
    if (batch.samples >= MANY) await gpu.synchronize();
  }
  return await result.read();
}
