import type { Field } from "../field/field.ts";
import { uploadRows } from "../field/rows.ts";
import { createVector, Vector } from "../linalg/vector.ts";
import { type Batch, namedBatch } from "../objective/batch.ts";
import type { CurvatureKind, Objective } from "../objective/objective.ts";
import { Differentiator } from "./differentiator.ts";
import type { DifferentiationRequest, ProductRequest } from "./request.ts";

/** Options of the functions that differentiate on one batch. */
export interface DifferentiationOptions {
  /** A vector of the field's layout for the result (gradient, or product), instead of a new one; not the direction's. */
  into?: Vector;
  /** Bytes of device memory that a chunk may take; a larger batch is worked through in chunks. */
  memory?: number;
}

/** Loss and gradient; the gradient is the caller's to dispose. */
export interface LossAndGradient {
  /** The mean over the batch. */
  readonly loss: number;
  /** Of the field's layout. */
  readonly gradient: Vector;
}

/**
 * Loss and gradient of objective(field) on one batch, by reverse mode.
 *
 * @throws When shapes do not fit.
 */
export async function lossAndGradient(
  field: Field,
  objective: Objective,
  batch: Batch,
  options: DifferentiationOptions = {},
): Promise<LossAndGradient> {
  checkVectors(field, { into: options.into });
  // Freed on the way out where something throws; else the gradient is the caller's.
  using made = new DisposableStack();
  const gradient = options.into ?? made.use(createVector(field.gpu, field.layout, "gradient"));
  const loss = await differentiate(field, objective, batch, { gradient, memory: options.memory });
  made.move();
  return { loss, gradient };
}

/**
 * Loss, gradient and the exact Hessian-vector product Hv of objective(field) on one batch, by forward over reverse mode
 * (Pearlmutter 1994, "Fast exact multiplication by the Hessian"), sharing one primal pass. Gradient and product are the
 * caller's to dispose.
 *
 * @param direction v, in flat order or as a vector of the field's layout.
 */
export async function hessianVectorProduct(
  field: Field,
  objective: Objective,
  batch: Batch,
  direction: Float32Array | Vector,
  options: DifferentiationOptions = {},
): Promise<LossAndGradient & { readonly hvp: Vector }> {
  const { loss, gradient, result } = await product(field, objective, batch, direction, "hessian", options);
  return { loss, gradient, hvp: result };
}

/**
 * Loss, gradient and the Gauss-Newton product Gv = Jᵀ(∂²loss)Jv of objective(field) on one batch, J the Jacobian of the
 * outputs; G is positive semidefinite (Schraudolph 2002, "Fast curvature matrix-vector products"). Gradient and product are
 * the caller's to dispose.
 *
 * @param direction v, in flat order or as a vector of the field's layout.
 */
export async function gaussNewtonVectorProduct(
  field: Field,
  objective: Objective,
  batch: Batch,
  direction: Float32Array | Vector,
  options: DifferentiationOptions = {},
): Promise<LossAndGradient & { readonly gnvp: Vector }> {
  const { loss, gradient, result } = await product(field, objective, batch, direction, "gaussNewton", options);
  return { loss, gradient, gnvp: result };
}

async function product(
  field: Field,
  objective: Objective,
  batch: Batch,
  direction: Float32Array | Vector,
  kind: CurvatureKind,
  options: DifferentiationOptions,
): Promise<LossAndGradient & { readonly result: Vector }> {
  const { gpu, layout } = field;
  checkVectors(field, { into: options.into, direction: direction instanceof Vector ? direction : undefined });
  // Chunks read the direction after the first of them has written the result.
  if (options.into !== undefined && options.into === direction) {
    throw new Error("into: another vector than the direction expected.");
  }
  // Freed on the way out where something throws; else the results are the caller's.
  using made = new DisposableStack();
  using own = direction instanceof Vector ? undefined : createVector(gpu, layout, "direction");
  if (!(direction instanceof Vector)) own!.write(direction);
  const along = direction instanceof Vector ? direction : own!;
  const gradient = made.use(createVector(gpu, layout, "gradient"));
  const result = options.into ?? made.use(createVector(gpu, layout, "product"));
  const request = { kind, direction: along, result };
  const loss = await differentiate(field, objective, batch, { gradient, products: [request], memory: options.memory });
  made.move();
  return { loss, gradient, result };
}

/** Vectors must lie on the device as the parameters do. */
function checkVectors({ layout: own }: Field, vectors: Readonly<Record<string, Vector | undefined>>): void {
  for (const [name, vector] of Object.entries(vectors)) {
    if (vector === undefined || own.samePlaces(vector.layout)) continue;
    throw new Error(
      `${name}: a vector of the field's layout (${own.parameterCount} numbers) expected, ` +
        `one of another with ${vector.layout.parameterCount} found.`,
    );
  }
}

async function differentiate(
  field: Field,
  objective: Objective,
  batch: Batch,
  request: {
    gradient: Vector;
    products?: readonly ProductRequest[];
    memory?: number;
  },
): Promise<number> {
  const host = hostBatch(field, objective, batch);
  const { gradient, products, memory } = request;
  using differentiator = new Differentiator(field, objective, {
    samples: host.samples,
    products: products !== undefined,
    memory,
  });
  differentiator.record({ ...host, gradient, products });
  const [bytes] = await field.gpu.read(differentiator.losses);
  return new Float32Array(bytes)[0];
}

/**
 * A batch on the host as a differentiator takes it.
 *
 * @throws When shapes do not fit.
 */
export function hostBatch(
  { gpu, description }: Field,
  objective: Objective,
  batch: Batch,
): Pick<DifferentiationRequest, "samples" | "fill"> {
  const { inputs, targets, samples } = namedBatch(description, objective, batch, "batch");
  return {
    samples,
    fill(chunk) {
      const { first, rows, paddedRows } = chunk;
      const firstRow = first * (objective.rowsPerSample ?? 1);
      for (const [name, { buffer, width, stride }] of chunk.inputs) {
        uploadRows(gpu, inputs[name], width, firstRow, rows, buffer, stride, paddedRows);
      }
      for (const [name, { buffer, width, stride }] of chunk.targets) {
        uploadRows(gpu, targets[name], width, first, chunk.samples, buffer, stride, chunk.paddedSamples);
      }
    },
  };
}
