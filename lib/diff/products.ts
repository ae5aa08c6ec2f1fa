import type { Field } from "../field/field.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import type { Batch } from "../objective/batch.ts";
import type { Objective } from "../objective/objective.ts";
import { createDifferentiator, type Differentiator, type LossAndGradient } from "./differentiator.ts";

/** Options of the functions that differentiate on one batch. */
export interface DifferentiationOptions {
  /** A vector of the field's layout for the result (gradient, or product), instead of a new one; not the direction's. */
  into?: Vector;
  /** Bytes of device memory that a chunk may take; a larger batch is worked through in chunks. */
  memory?: number;
}

/**
 * Loss and gradient of objective(field) on one batch, by reverse mode. The gradient is the caller's to dispose. Who asks more than
 * once saves time with {@linkcode createDifferentiator}.
 *
 * @throws When shapes do not fit.
 */
export function lossAndGradient(
  field: Field,
  objective: Objective,
  batch: Batch,
  options: DifferentiationOptions = {},
): Promise<LossAndGradient> {
  const { into, memory } = options;
  return once(field, objective, memory, (differentiator, newVector) => {
    return differentiator.lossAndGradient(batch, { gradient: into ?? newVector("gradient") });
  });
}

/**
 * Loss, gradient and the exact Hessian-vector product Hv of objective(field) on one batch, by forward over reverse mode
 * (Pearlmutter 1994, "Fast exact multiplication by the Hessian"), sharing one primal pass. Gradient and product are the
 * caller's to dispose.
 *
 * @param direction v, in flat order or as a vector of the field's layout.
 */
export function hessianVectorProduct(
  field: Field,
  objective: Objective,
  batch: Batch,
  direction: Float32Array | Vector,
  options: DifferentiationOptions = {},
): Promise<LossAndGradient & { readonly hvp: Vector }> {
  const { into, memory } = options;
  return once(field, objective, memory, (differentiator, newVector) => {
    const vectors = { gradient: newVector("gradient"), product: into ?? newVector("product") };
    return differentiator.hessianVectorProduct(batch, direction, vectors);
  });
}

/**
 * Loss, gradient and the Gauss-Newton product Gv = Jᵀ(∂²loss)Jv of objective(field) on one batch, J the Jacobian of the
 * outputs; G is positive semidefinite (Schraudolph 2002, "Fast curvature matrix-vector products"). Gradient and product are
 * the caller's to dispose.
 *
 * @param direction v, in flat order or as a vector of the field's layout.
 */
export function gaussNewtonVectorProduct(
  field: Field,
  objective: Objective,
  batch: Batch,
  direction: Float32Array | Vector,
  options: DifferentiationOptions = {},
): Promise<LossAndGradient & { readonly gnvp: Vector }> {
  const { into, memory } = options;
  return once(field, objective, memory, (differentiator, newVector) => {
    const vectors = { gradient: newVector("gradient"), product: into ?? newVector("product") };
    return differentiator.gaussNewtonVectorProduct(batch, direction, vectors);
  });
}

/** Asks a differentiator that is made for this one call. New vectors are the caller's, unless the call fails. */
async function once<Result>(
  field: Field,
  objective: Objective,
  memory: number | undefined,
  ask: (differentiator: Differentiator, newVector: (label: string) => Vector) => Promise<Result>,
): Promise<Result> {
  using differentiator = createDifferentiator(field, objective, { memory });
  using made = new DisposableStack();
  const result = await ask(differentiator, (label) => made.use(createVector(field.gpu, field.layout, label)));
  made.move();
  return result;
}
