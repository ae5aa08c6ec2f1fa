/** Below this, an entry beside a diagonal of order 1 changes no eigenvalue by more than rounding. */
const NEGLIGIBLE = 2 ** -80;

/**
 * The eigenvalues of a symmetric tridiagonal matrix whose largest entries are of order 1, in no particular order: implicit QR steps with
 * Wilkinson's shift (Golub and Van Loan 2013, "Matrix computations", algorithms 8.3.2 and 8.3.3).
 *
 * @param matrix.diagonal [P] Overwritten by the result.
 * @param matrix.beside [P − 1] The entries beside the diagonal; overwritten.
 * @returns [P]
 * @throws {Error} If the steps do not converge.
 */
export function tridiagonalEigenvalues(
  { diagonal, beside }: { diagonal: Float64Array; beside: Float64Array },
): Float64Array {
  const isZero = (k: number) => {
    const near = Number.EPSILON * (Math.abs(diagonal[k]) + Math.abs(diagonal[k + 1]));
    return Math.abs(beside[k]) <= Math.max(near, NEGLIGIBLE);
  };
  let steps = 0;
  for (let last = diagonal.length - 1; last > 0;) {
    let first = last;
    while (first > 0 && !isZero(first - 1)) first--;
    if (first === last) {
      last--;
      continue;
    }
    // Two or three steps an eigenvalue are usual.
    if (++steps > 60 * diagonal.length) throw new Error("eigenvalues: the QR steps do not converge.");
    step(diagonal, beside, first, last);
  }
  return diagonal;
}

/** One QR step for the rows `first` to `last`, which no zero beside the diagonal divides. */
function step(diagonal: Float64Array, beside: Float64Array, first: number, last: number): void {
  const half = (diagonal[last - 1] - diagonal[last]) / 2;
  const corner = beside[last - 1];
  const root = Math.sqrt(half * half + corner * corner);
  const shift = diagonal[last] - corner * corner / (half < 0 ? half - root : half + root);
  // The rotation of rows k and k + 1 turns (kept, removed) into (length, 0).
  let [kept, removed] = [diagonal[first] - shift, beside[first]];
  for (let k = first; k < last; k++) {
    const length = Math.sqrt(kept * kept + removed * removed);
    const cosine = length === 0 ? 1 : kept / length;
    const sine = length === 0 ? 0 : removed / length;
    if (k > first) beside[k - 1] = length;
    const [upper, lower, between] = [diagonal[k], diagonal[k + 1], beside[k]];
    const mixed = 2 * cosine * sine * between;
    diagonal[k] = cosine * cosine * upper + mixed + sine * sine * lower;
    diagonal[k + 1] = sine * sine * upper - mixed + cosine * cosine * lower;
    beside[k] = cosine * sine * (lower - upper) + (cosine * cosine - sine * sine) * between;
    if (k + 1 === last) break;
    kept = beside[k];
    removed = sine * beside[k + 1];
    beside[k + 1] *= cosine;
  }
}
