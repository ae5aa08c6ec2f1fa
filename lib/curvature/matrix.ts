import type { Field } from "../field/field.ts";
import { createVector, readVectors, type Vector } from "../linalg/vector.ts";
import { type Batch, namedBatch } from "../objective/batch.ts";
import type { CurvatureKind, Objective } from "../objective/objective.ts";
import { checkEntries } from "./check_entries.ts";
import { type CurvatureBatch, curvatureOperator, type SymmetricOperator } from "./operator.ts";

/** The most parameters of a field whose matrix is computed: 8192, which makes a matrix of 512 MiB. */
const MOST_PARAMETERS = 8192;

/** Products that are read together, because a read-back takes about as long on an idle device as many products. */
const BLOCK = 128;

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
  // Row i of a symmetric matrix is its product with unit vector i.
  return await matrixByRows(operator, (unit, i) => unit.fill(0)[i] = 1, operator.apply.bind(operator));
}

/**
 * The matrix whose rows are made on the device, each from a vector.
 *
 * @param fill Fills the vector from which row i is made, of P entries.
 * @param record Records or computes a row from that vector.
 * @returns P × P numbers, row-major, in the flat order of the layout's P parameters.
 * @throws If P is above 8192, or an entry is not finite.
 */
export async function matrixByRows(
  { gpu, layout }: Pick<SymmetricOperator, "gpu" | "layout">,
  fill: (entries: Float32Array, i: number) => void,
  record: (from: Vector, into: Vector) => void | Promise<void>,
): Promise<Float64Array> {
  const size = layout.parameterCount;
  if (size > MOST_PARAMETERS) {
    throw new Error(
      `curvature: expected a field of at most ${MOST_PARAMETERS} parameters for its matrix, found ${size}.`,
    );
  }
  using made = new DisposableStack();
  const block = (label: string) =>
    Array.from({ length: Math.min(BLOCK, size) }, () => made.use(createVector(gpu, layout, label)));
  const [from, into] = [block("vector"), block("product")];
  const entries = new Float32Array(size);
  const matrix = new Float64Array(size * size);
  for (let first = 0; first < size; first += BLOCK) {
    const count = Math.min(BLOCK, size - first);
    // A write hands over all that was recorded before it, so that the writes come first.
    for (let i = 0; i < count; i++) {
      fill(entries, first + i);
      from[i].write(entries);
    }
    for (let i = 0; i < count; i++) await record(from[i], into[i]);
    for (const [i, row] of (await readVectors(into.slice(0, count))).entries()) {
      checkEntries(`curvature: product with unit vector ${first + i}`, row);
      matrix.set(row, (first + i) * size);
    }
  }
  return matrix;
}
