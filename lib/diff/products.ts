import { checkArguments, FIELD, OBJECTIVE } from "../hyperparameter/arguments.ts";
import { checkMembers, NUMBER, oneOf, optional } from "../hyperparameter/members.ts";
import { STORAGE_FORMATS, type StorageFormat } from "../gpu/storage_format.ts";
import type { Field } from "../field/field.ts";
import { createVector, Vector } from "../linalg/vector.ts";
import type { Batch } from "../objective/batch.ts";
import type { Objective } from "../objective/objective.ts";
import { createDifferentiator, type Differentiator, type LossAndGradient } from "./differentiator.ts";

/** Options of the functions that compute derivatives on one batch. */
export interface DifferentiationOptions {
  /**
   * A vector of the field's layout to which the result (the gradient or the product) is written, instead of a new vector. It must
   * not be the direction.
   */
  into?: Vector;
  /** Bytes of device memory that a chunk may take. A batch that needs more is processed in several chunks. */
  memory?: number;
  /** How hidden layers are stored, as in {@linkcode DifferentiatorOptions}. */
  storage?: StorageFormat;
}

/**
 * Computes loss and gradient of objective(field) on one batch by reverse mode. The caller must dispose the gradient. For repeated
 * calls {@linkcode createDifferentiator} is faster.
 *
 * @throws If shapes do not fit.
 */
export function lossAndGradient(
  field: Field,
  objective: Objective,
  batch: Batch,
  options: DifferentiationOptions = {},
): Promise<LossAndGradient> {
  return once("lossAndGradient", { field, objective, options }, (differentiator, { into, newVector }) => {
    return differentiator.lossAndGradient(batch, { gradient: into ?? newVector("gradient") });
  });
}

/**
 * Computes loss, gradient and the exact Hessian-vector product Hv of objective(field) on one batch by forward over reverse mode
 * (Pearlmutter 1994, "Fast exact multiplication by the Hessian"). All share one forward pass. The caller must dispose gradient and
 * product.
 *
 * @param direction v, in flat order or as a vector of the field's layout.
 * @throws If shapes do not fit.
 */
export function hessianVectorProduct(
  field: Field,
  objective: Objective,
  batch: Batch,
  direction: Float32Array | Vector,
  options: DifferentiationOptions = {},
): Promise<LossAndGradient & { readonly hvp: Vector }> {
  return once("hessianVectorProduct", { field, objective, options }, (differentiator, { into, newVector }) => {
    const vectors = { gradient: newVector("gradient"), product: into ?? newVector("product") };
    return differentiator.hessianVectorProduct(batch, direction, vectors);
  });
}

/**
 * Computes loss, gradient and the Gauss-Newton product Gv = Jᵀ(∂²loss)Jv of objective(field) on one batch, where J is the Jacobian of
 * the outputs (Schraudolph 2002, "Fast curvature matrix-vector products"). G is positive semidefinite. The caller must dispose
 * gradient and product.
 *
 * @param direction v, in flat order or as a vector of the field's layout.
 * @throws If shapes do not fit.
 */
export function gaussNewtonVectorProduct(
  field: Field,
  objective: Objective,
  batch: Batch,
  direction: Float32Array | Vector,
  options: DifferentiationOptions = {},
): Promise<LossAndGradient & { readonly gnvp: Vector }> {
  return once("gaussNewtonVectorProduct", { field, objective, options }, (differentiator, { into, newVector }) => {
    const vectors = { gradient: newVector("gradient"), product: into ?? newVector("product") };
    return differentiator.gaussNewtonVectorProduct(batch, direction, vectors);
  });
}

/** What a function of this file is given besides the batch and a direction. */
interface Given {
  readonly field: Field;
  readonly objective: Objective;
  readonly options: DifferentiationOptions;
}

/** Where results may go. */
interface Places {
  readonly into?: Vector;
  /** A new vector of the field's layout. */
  readonly newVector: (label: string) => Vector;
}

/**
 * Creates a differentiator for a single call. The caller of this function owns the new vectors; if the call fails, they are
 * freed.
 *
 * @param who The name of the function, for messages.
 */
async function once<Result>(
  who: string,
  { field, objective, options }: Given,
  ask: (differentiator: Differentiator, places: Places) => Promise<Result>,
): Promise<Result> {
  checkMembers(who, options, {
    into: optional(VECTOR),
    memory: optional(NUMBER),
    storage: optional(oneOf(STORAGE_FORMATS)),
  });
  checkArguments(who, { field: [field, FIELD], objective: [objective, OBJECTIVE] });
  const { into, memory, storage } = options;
  using differentiator = createDifferentiator(field, objective, { memory, storage });
  using made = new DisposableStack();
  const newVector = (label: string) => made.use(createVector(field.gpu, field.layout, label));
  const result = await ask(differentiator, { into, newVector });
  made.move();
  return result;
}

const VECTOR = { expected: "a vector made by createVector", holds: (value: unknown) => value instanceof Vector };
