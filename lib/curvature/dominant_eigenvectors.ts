import { checkOptions } from "../hyperparameter/members.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { krylovSpace } from "./krylov_space.ts";
import { LANCZOS_OPTIONS, type LanczosOptions, randomKrylovSpace } from "./lanczos.ts";
import type { SymmetricOperator } from "./operator.ts";

/** Approximate eigenpairs of an operator A, the largest |eigenvalue| first. Whoever asks for them must dispose them. */
export interface DominantEigenvectors extends Disposable {
  /** xᵀAx for each vector x. */
  readonly values: Float64Array;
  /**
   * ‖Ax − value x‖ for each vector x, measured with a product of its own: A has an eigenvalue no further than that from the value, up to the
   * rounding of products in 32 bits.
   */
  readonly residuals: Float64Array;
  /** The vectors, on the device, of length 1. */
  readonly vectors: readonly Vector[];
}

/**
 * The eigenvectors of the eigenvalues of largest size: Ritz vectors of Lanczos' method, combined on the device (see `lanczos`), with
 * their residuals as errors. An eigenvalue that occurs several times gives one vector. The memory is that of `steps` + `count` + 3 vectors.
 *
 * @param count How many vectors; there are fewer where the operator has fewer different eigenvalues.
 * @throws If count or steps are not whole numbers from 1, or count is larger than steps.
 */
export async function dominantEigenvectors(
  operator: SymmetricOperator,
  count: number,
  options: LanczosOptions = {},
): Promise<DominantEigenvectors> {
  checkOptions("dominantEigenvectors", options, LANCZOS_OPTIONS);
  const { steps = 64 } = options;
  if (!Number.isSafeInteger(count) || count < 1 || count > steps) {
    throw new Error(
      `dominantEigenvectors: count: expected a whole number from 1 to the ${steps} steps, found ${count}.`,
    );
  }
  using made = new DisposableStack();
  const vectors = (await ritzVectors(operator, count, options)).map((vector) => made.use(vector));
  const values = new Float64Array(vectors.length);
  const residuals = new Float64Array(vectors.length);
  for (const [i, vector] of vectors.entries()) {
    options.signal?.throwIfAborted();
    [values[i], residuals[i]] = await quotientAndResidual(operator, vector);
  }
  const owned = made.move();
  return { values, residuals, vectors, [Symbol.dispose]: () => owned.dispose() };
}

/** The Ritz vectors of the Ritz values of largest size. The caller must dispose them. */
async function ritzVectors(operator: SymmetricOperator, count: number, options: LanczosOptions): Promise<Vector[]> {
  using space = await randomKrylovSpace("dominantEigenvectors", operator, options);
  const { basis, size, values, vectors } = space;
  const order = Array.from(values.keys()).sort((i, j) => Math.abs(values[j]) - Math.abs(values[i]));
  return order.slice(0, count).map((i) => {
    const vector = createVector(operator.gpu, operator.layout, "eigenvector");
    basis.combine(Float32Array.from({ length: size }, (_, row) => vectors[row * size + i]), vector);
    return vector;
  });
}

/** xᵀAx and ‖Ax − (xᵀAx)x‖ of a unit vector x: its Krylov space of one step has the one as its value, the other as its residual. */
async function quotientAndResidual(operator: SymmetricOperator, vector: Vector): Promise<[number, number]> {
  using start = createVector(operator.gpu, operator.layout, "start vector");
  operator.gpu.copy(vector.buffer, start.buffer);
  using space = await krylovSpace(operator, start, 1);
  return [space.values[0], space.residuals[0]];
}
