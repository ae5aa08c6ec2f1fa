/** Dense matrices in f64, written for reading: arrays of rows. */
export type Matrix = number[][];

/** A matrix from a flat row-major array. */
export function matrixFrom(flat: ArrayLike<number>, rows: number, columns: number, offset = 0): Matrix {
  return Array.from(
    { length: rows },
    (_, i) => Array.from({ length: columns }, (_, j) => flat[offset + i * columns + j]),
  );
}

/** A B. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => b[0].map((_, j) => row.reduce((sum, entry, k) => sum + entry * b[k][j], 0)));
}

/** Aᵀ. */
export function transpose(a: Matrix): Matrix {
  return a[0].map((_, j) => a.map((row) => row[j]));
}

/** The largest |entry| of A − B; with B left out, of A − I. */
export function distance(a: Matrix, b?: Matrix): number {
  return Math.max(...a.flatMap((row, i) => row.map((entry, j) => Math.abs(entry - (b ? b[i][j] : i === j ? 1 : 0)))));
}

/** A matrix with entries that look random; the same for the same seed. */
export function someMatrix(rows: number, columns: number, seed: number): Matrix {
  const entry = (i: number) => {
    const x = Math.sin(i * 12.9898 + seed * 78.233) * 43758.5453;
    return 2 * (x - Math.floor(x)) - 1;
  };
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => entry(i * columns + j + 1)));
}

/** The eigenvalues of a symmetric matrix, ascending. */
export function eigenvalues(symmetric: Matrix): number[] {
  return eigenpairs(symmetric).map(([value]) => value).toReversed();
}

/** The eigenvalues of a symmetric matrix, descending, each with its eigenvector, by Jacobi's rotations. */
export function eigenpairs(symmetric: Matrix): [number, number[]][] {
  const a = symmetric.map((row) => row.slice());
  const n = a.length;
  /** Rows are the eigenvectors. */
  const q = a.map((_, i) => a.map((_, j) => i === j ? 1 : 0));
  // What is smaller than this changes no eigenvalue in double precision, not even if all of a row is left.
  const rest = 2 ** -53 / n * Math.hypot(...a.flat());
  for (let sweep = 0, rotations = 1; sweep < 30 && rotations > 0; sweep++) {
    rotations = 0;
    for (let p = 0; p < n; p++) {
      for (let r = p + 1; r < n; r++) {
        if (Math.abs(a[p][r]) <= rest) continue;
        rotations++;
        const zeta = (a[r][r] - a[p][p]) / (2 * a[p][r]);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cos = 1 / Math.hypot(1, t);
        const sin = cos * t;
        for (let k = 0; k < n; k++) [a[k][p], a[k][r]] = [cos * a[k][p] - sin * a[k][r], sin * a[k][p] + cos * a[k][r]];
        for (const m of [a, q]) {
          for (let k = 0; k < n; k++) {
            [m[p][k], m[r][k]] = [cos * m[p][k] - sin * m[r][k], sin * m[p][k] + cos * m[r][k]];
          }
        }
      }
    }
  }
  return q.map((vector, i): [number, number[]] => [a[i][i], vector]).sort(([x], [y]) => y - x);
}

/** Gram-Schmidt, twice, on columns. */
export function gramSchmidt(matrix: Matrix): Matrix {
  const basis: number[][] = [];
  for (const column of transpose(matrix)) {
    for (let pass = 0; pass < 2; pass++) {
      for (const unit of basis) {
        const along = unit.reduce((sum, entry, i) => sum + entry * column[i], 0);
        unit.forEach((entry, i) => column[i] -= along * entry);
      }
    }
    const norm = Math.hypot(...column);
    basis.push(column.map((entry) => entry / norm));
  }
  return transpose(basis);
}
