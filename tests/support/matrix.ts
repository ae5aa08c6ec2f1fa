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

/** The eigenvalues of a symmetric matrix, ascending, by Jacobi's rotations. */
export function eigenvalues(symmetric: Matrix): number[] {
  const a = symmetric.map((row) => row.slice());
  const n = a.length;
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p][q] === 0) continue;
        const zeta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cos = 1 / Math.hypot(1, t);
        const sin = cos * t;
        for (let k = 0; k < n; k++) [a[k][p], a[k][q]] = [cos * a[k][p] - sin * a[k][q], sin * a[k][p] + cos * a[k][q]];
        for (let k = 0; k < n; k++) [a[p][k], a[q][k]] = [cos * a[p][k] - sin * a[q][k], sin * a[p][k] + cos * a[q][k]];
      }
    }
  }
  return a.map((row, i) => row[i]).sort((x, y) => x - y);
}
