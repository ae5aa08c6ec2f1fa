/** A corner counts as flat if its triangle is smaller than this fraction of the polygon's area. */
const FLAT = 1e-12;

/**
 * Triangulates a polygon: as a fan if it is strictly convex, otherwise by cutting off ears (Meisters 1975). A polygon that is not
 * planar is projected along its mean normal (Newell). One that intersects itself or has no area gives some triangles too.
 *
 * @param positions `[vertices, 3]`.
 * @param corners The indices of at least 3 vertices, counter-clockwise as seen from outside.
 * @returns The indices of two fewer triangles than corners, three each, with the polygon's orientation.
 */
export function triangulate(positions: ArrayLike<number>, corners: ArrayLike<number>): number[] {
  const outline = new Outline(positions, corners);
  const { left } = outline;
  const triangles: number[] = [];
  if (left.every((_, i) => outline.turnsAt(i))) {
    for (let i = 2; i < corners.length; i++) triangles.push(corners[0], corners[i - 1], corners[i]);
    return triangles;
  }
  for (let at = 0; left.length > 2;) {
    const count = left.length;
    let ear = at;
    for (let tried = 0; tried < count; tried++) {
      const i = (at + tried) % count;
      if (outline.turnsAt(i) && outline.isEar(i)) {
        ear = i;
        break;
      }
    }
    triangles.push(...outline.corner(ear).map((corner) => corners[corner]));
    left.splice(ear, 1);
    // The search continues at the next corner, because adjacent ears would share a corner and become thin.
    at = (ear + 1) % left.length;
  }
  return triangles;
}

/** A polygon in its plane, from which corners are cut off. */
class Outline {
  /** The corners that are left, in order. */
  readonly left: number[];
  /** Coordinates of all corners in the plane, as seen from the side that the mean normal points to, relative to the first corner. */
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #least: number;

  constructor(positions: ArrayLike<number>, corners: ArrayLike<number>) {
    const count = corners.length;
    const first = 3 * corners[0];
    const at = (i: number, axis: number) => positions[3 * corners[i % count] + axis] - positions[first + axis];
    const normal = [0, 0, 0];
    for (let i = 0; i < count; i++) {
      for (let axis = 0; axis < 3; axis++) {
        const [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
        normal[axis] += at(i, u) * at(i + 1, v) - at(i, v) * at(i + 1, u);
      }
    }
    const twice = Math.hypot(...normal);
    const [nx, ny, nz] = normal.map((value) => value / (twice || 1));
    // Two orthogonal directions that are perpendicular to the normal (Duff et al. 2017).
    const sign = nz < 0 ? -1 : 1;
    const s = -1 / (sign + nz);
    const t = nx * ny * s;
    const [x, y] = [[1 + sign * nx * nx * s, sign * t, -sign * nx], [t, sign + ny * ny * s, -ny]].map((axis) =>
      Float64Array.from({ length: count }, (_, i) => axis[0] * at(i, 0) + axis[1] * at(i, 1) + axis[2] * at(i, 2))
    );
    this.left = Array.from({ length: count }, (_, i) => i);
    this.#x = x;
    this.#y = y;
    this.#least = FLAT * twice;
  }

  /** The i-th remaining corner with the ones before and after it: [before, corner, after]. */
  corner(i: number): [number, number, number] {
    const { left } = this;
    return [left[i === 0 ? left.length - 1 : i - 1], left[i], left[i + 1 === left.length ? 0 : i + 1]];
  }

  /** Whether the outline turns left at the i-th remaining corner. */
  turnsAt(i: number): boolean {
    return this.#cross(...this.corner(i)) > this.#least;
  }

  /** Whether no other corner is inside the triangle of the i-th remaining corner and its neighbours. */
  isEar(i: number): boolean {
    const [a, b, c] = this.corner(i);
    return !this.left.some((p) =>
      this.#cross(a, b, p) >= -this.#least && this.#cross(b, c, p) >= -this.#least &&
      this.#cross(c, a, p) >= -this.#least &&
      // Corners at the same place, which occur where a hole is joined to the border, must not block each other.
      !this.#same(p, a) && !this.#same(p, b) && !this.#same(p, c)
    );
  }

  #same(a: number, b: number): boolean {
    return this.#x[a] === this.#x[b] && this.#y[a] === this.#y[b];
  }

  /** Twice the area of a triangle; negative if it is oriented clockwise. */
  #cross(a: number, b: number, c: number): number {
    const [x, y] = [this.#x, this.#y];
    return (x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a]);
  }
}
