import { cross, dot, EXACT_ROTATION, poseColumn, poseOf, rotationError, type Vector3 } from "./camera.ts";
import { shown } from "./json_value.ts";

/** The largest error that is taken for rounding, to two decimals at worst. */
const ROUNDED = 0.02;

/** The steps of Newton's iteration, which doubles the correct digits in each. */
const STEPS = 8;

/**
 * Reads the pose from a frame's `transform_matrix`.
 *
 * @param what The name of the frame in the error message.
 * @returns The pose, 3 × 4 row-major.
 * @throws {Error} If the value is not a matrix of 3 or 4 rows and 4 columns, or its last row is not 0, 0, 0, 1.
 */
export function poseFrom(matrix: unknown, what: string): number[] {
  const rows = Array.isArray(matrix) && (matrix.length === 3 || matrix.length === 4) ? matrix : [];
  const isRow = (row: unknown) =>
    Array.isArray(row) && row.length === 4 && row.every((entry) => typeof entry === "number");
  const odd = rows.findIndex((row) => !isRow(row));
  if (rows.length === 0 || odd >= 0) {
    const list = Array.isArray(matrix) ? `a list of ${matrix.length}` : shown(matrix);
    const found = matrix === undefined ? "none" : odd >= 0 ? `${rowText(rows[odd])} as row ${odd}` : list;
    throw new Error(`${what}: expected a transform_matrix of 4 × 4 numbers, found ${found}.`);
  }
  const last: number[] = rows[3] ?? [0, 0, 0, 1];
  if (last.some((entry, i) => !(Math.abs(entry - (i === 3 ? 1 : 0)) < 1e-6))) {
    const transposed = rows.slice(0, 3).every((row) => row[3] === 0) ? ", as if it were transposed" : "";
    throw new Error(
      `${what}: expected a transform_matrix with the last row 0, 0, 0, 1, found ${last.join(", ")}${transposed}.`,
    );
  }
  return (rows as number[][]).slice(0, 3).flat();
}

function rowText(row: unknown): string {
  if (!Array.isArray(row)) return shown(row);
  return row.length === 4 ? "a list with something else than numbers" : `a list of ${row.length}`;
}

/** A pose whose rotation was made exact. */
interface MendedPose {
  /** The pose with the nearest rotation, 3 × 4 row-major. */
  readonly pose: number[];
  /** The length of the columns of the matrix. */
  readonly scale: number;
  /** The largest error of the products of its columns after they were divided by `scale`. */
  readonly off: number;
}

/**
 * Finds the rotation that is nearest to a matrix of which all columns are scaled by one positive number, or which was rounded. The
 * position stays. Newton's iteration X ← ½(X + X⁻ᵀ) converges to it (Higham 1986).
 *
 * @returns Undefined if the matrix is a rotation already, or too far from one for this explanation.
 */
function mendPose(pose: readonly number[]): MendedPose | undefined {
  if (rotationError(pose) <= EXACT_ROTATION || !pose.every(Number.isFinite)) return undefined;
  let columns = [0, 1, 2].map((column) => poseColumn(pose, column));
  const length = columns.reduce((sum, column) => sum + Math.hypot(...column) / 3, 0);
  const scale = Math.abs(length - 1) < ROUNDED / 2 ? 1 : length;
  columns = columns.map((column) => column.map((entry) => entry / scale) as unknown as Vector3);
  const position = poseColumn(pose, 3);
  const off = rotationError(poseOf(columns[0], columns[1], columns[2], position));
  if (!(off <= ROUNDED)) return undefined;
  for (let step = 0; step < STEPS; step++) {
    const [a, b, c] = columns;
    const determinant = dot(a, cross(b, c));
    const inverse = [cross(b, c), cross(c, a), cross(a, b)];
    columns = columns.map((column, k) =>
      column.map((entry, i) => (entry + inverse[k][i] / determinant) / 2) as unknown as Vector3
    );
  }
  return { pose: poseOf(columns[0], columns[1], columns[2], position), scale, off };
}

/** Makes the poses of many cameras rotations, and tells it once. */
export class PoseMender {
  #mended = 0;
  #all = 0;
  #first = "";

  /** The pose with the nearest rotation, or the pose itself if it is one or cannot be mended. */
  mend(pose: number[], name: string): number[] {
    this.#all++;
    const mended = mendPose(pose);
    if (mended === undefined) return pose;
    if (this.#mended++ === 0) {
      const { scale, off } = mended;
      const scaled = scale === 1 ? "" : `scaled by ${Number(scale.toPrecision(4))}, `;
      this.#first = `${name} (${scaled}products of its columns off by ${off.toPrecision(2)})`;
    }
    return mended.pose;
  }

  /** The warning, if any pose was changed. */
  warnings(where: string): string[] {
    if (this.#mended === 0) return [];
    const which = `${this.#mended} of ${this.#all} camera matrices are not rotations, such as that of ${this.#first}`;
    return [`${where}: ${which}; the nearest rotations are used.`];
  }
}
