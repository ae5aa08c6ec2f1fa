import type { Field } from "../field/field.ts";
import { createDifferentiator } from "../diff/differentiator.ts";
import type { Batch } from "../objective/batch.ts";
import type { CurvatureKind, Objective } from "../objective/objective.ts";

/** The most parameters of a field whose matrix is computed: 8192, which makes a matrix of 512 MiB. */
const MOST_PARAMETERS = 8192;

/** Products that are computed together and share one forward pass. */
const BLOCK = 32;

/**
 * The Hessian of objective(field) on a batch at the field's current parameters, from exact products with unit vectors in f32.
 *
 * @returns P × P numbers, row-major, in the flat order of the field's P parameters. Rounding makes it symmetric only to about 1e−6 of
 * its largest entry.
 * @throws If the field has more than 8192 parameters, or the batch does not fit.
 */
export function hessianMatrix(field: Field, objective: Objective, batch: Batch): Promise<Float64Array> {
  return matrixOf(field, objective, batch, "hessian");
}

/**
 * The Gauss-Newton matrix G = Jᵀ(∂²loss)J of objective(field) on a batch at the field's current parameters, from exact products with
 * unit vectors in f32. G is positive semidefinite up to rounding.
 *
 * @returns P × P numbers, row-major, in the flat order of the field's P parameters.
 * @throws If the field has more than 8192 parameters, or the batch does not fit.
 */
export function gaussNewtonMatrix(field: Field, objective: Objective, batch: Batch): Promise<Float64Array> {
  return matrixOf(field, objective, batch, "gaussNewton");
}

async function matrixOf(
  field: Field,
  objective: Objective,
  batch: Batch,
  kind: CurvatureKind,
): Promise<Float64Array> {
  const size = field.parameterCount;
  if (size > MOST_PARAMETERS) {
    throw new Error(
      `curvature: expected a field of at most ${MOST_PARAMETERS} parameters for its matrix, found ${size}.`,
    );
  }
  const matrix = new Float64Array(size * size);
  using differentiator = createDifferentiator(field, objective);
  for (let first = 0; first < size; first += BLOCK) {
    const rows = Array.from({ length: Math.min(BLOCK, size - first) }, (_, i) => first + i);
    const asked = rows.map((row) => ({ kind, direction: unitVector(size, row) }));
    const { products } = await differentiator.curvatureProducts(batch, asked);
    const read = await Promise.all(products.map((product) => product.read()));
    // Row i of a symmetric matrix is its product with unit vector i.
    for (const [i, row] of rows.entries()) matrix.set(read[i], row * size);
  }
  return matrix;
}

function unitVector(size: number, at: number): Float32Array {
  const unit = new Float32Array(size);
  unit[at] = 1;
  return unit;
}
