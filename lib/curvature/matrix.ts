import type { Field } from "../field/field.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { type Batch, namedBatch } from "../objective/batch.ts";
import type { CurvatureKind, Objective } from "../objective/objective.ts";
import { checkEntries } from "./check_entries.ts";
import { type CurvatureBatch, curvatureOperator, type SymmetricOperator } from "./operator.ts";

/** The most parameters of a field whose matrix is computed: 8192, which makes a matrix of 512 MiB. */
const MOST_PARAMETERS = 8192;

/** Products that are read together, because a read-back takes about as long on an idle device as many products. */
const BLOCK = 32;

/**
 * The Hessian of objective(field) on a batch at the field's current parameters, from exact products with unit vectors in f32.
 *
 * @returns P × P numbers, row-major, in the flat order of the field's P parameters. Rounding makes it symmetric only to about 1e−6 of
 * its largest entry.
 * @throws If the field has more than 8192 parameters, or the batch does not fit, or the parameters, the batch or products are not finite.
 */
export function hessianMatrix(field: Field, objective: Objective, batch: CurvatureBatch): Promise<Float64Array> {
  return matrixOf(field, objective, batch, "hessian");
}

/**
 * The Gauss-Newton matrix G = Jᵀ(∂²loss)J of objective(field) on a batch at the field's current parameters, from exact products with
 * unit vectors in f32. G is positive semidefinite up to rounding.
 *
 * @returns P × P numbers, row-major, in the flat order of the field's P parameters.
 * @throws If the field has more than 8192 parameters, or the batch does not fit, or the parameters, the batch or products are not finite.
 */
export function gaussNewtonMatrix(field: Field, objective: Objective, batch: CurvatureBatch): Promise<Float64Array> {
  return matrixOf(field, objective, batch, "gaussNewton");
}

async function matrixOf(
  field: Field,
  objective: Objective,
  batch: CurvatureBatch,
  kind: CurvatureKind,
): Promise<Float64Array> {
  checkEntries(`${kind}Matrix: the field's parameters`, await field.parameters.read());
  if (!("fill" in batch)) checkBatch(`${kind}Matrix`, field, objective, batch);
  using operator = curvatureOperator(field, objective, batch, kind, { fixed: true });
  return await operatorMatrix(operator);
}

function checkBatch(owner: string, { description }: Field, objective: Objective, batch: Batch): void {
  const { inputs, targets } = namedBatch(description, objective, batch, "batch");
  for (const [kind, arrays] of Object.entries({ inputs, targets })) {
    for (const [name, array] of Object.entries(arrays)) checkEntries(`${owner}: the batch's ${kind}: ${name}`, array);
  }
}

/**
 * The matrix of a symmetric operator, from its products with unit vectors.
 *
 * @returns P × P numbers, row-major, in the flat order of the operator's layout.
 * @throws If P is above 8192, or a product is not finite.
 */
export async function operatorMatrix(operator: SymmetricOperator): Promise<Float64Array> {
  const { gpu, layout } = operator;
  using direction = createVector(gpu, layout, "unit vector");
  const unit = new Float32Array(layout.parameterCount);
  // Row i of a symmetric matrix is its product with unit vector i.
  return await matrixByRows(operator, (i, into) => {
    unit.fill(0)[i] = 1;
    direction.write(unit);
    return operator.apply(direction, into);
  });
}

/**
 * The matrix whose rows are made on the device.
 *
 * @param row Records or computes row i, of P entries.
 * @returns P × P numbers, row-major, in the flat order of the layout's P parameters.
 * @throws If P is above 8192, or an entry is not finite.
 */
export async function matrixByRows(
  { gpu, layout }: Pick<SymmetricOperator, "gpu" | "layout">,
  row: (i: number, into: Vector) => void | Promise<void>,
): Promise<Float64Array> {
  const size = layout.parameterCount;
  if (size > MOST_PARAMETERS) {
    throw new Error(
      `curvature: expected a field of at most ${MOST_PARAMETERS} parameters for its matrix, found ${size}.`,
    );
  }
  using made = new DisposableStack();
  const results = Array.from({ length: Math.min(BLOCK, size) }, () => made.use(createVector(gpu, layout, "product")));
  const matrix = new Float64Array(size * size);
  for (let first = 0; first < size; first += BLOCK) {
    const block = results.slice(0, size - first);
    for (const [i, result] of block.entries()) await row(first + i, result);
    const rows = await Promise.all(block.map((result) => result.read()));
    for (const [i, entries] of rows.entries()) {
      checkEntries(`curvature: product with unit vector ${first + i}`, entries);
      matrix.set(entries, (first + i) * size);
    }
  }
  return matrix;
}
