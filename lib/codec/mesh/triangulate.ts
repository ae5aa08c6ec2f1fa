/** Turns by less than this share of the polygon's area count as none. */
const FLAT = 1e-12;

/**
 * Cuts a polygon into triangles that cover what it covers: a fan where it is strictly convex, else ear after ear (Meisters
 * 1975). A polygon that is not plane is seen along its mean normal (Newell); one that crosses itself, or covers nothing, gives
 * some triangles too.
 *
 * @param positions `[vertices, 3]`.
 * @param corners At least 3 vertices, counter-clockwise seen from outside.
 * @returns Two fewer triangles than corners, three vertices each, turning as the polygon does.
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
    // Ears one after the other would all share a corner and become thin.
    at = (ear + 1) % left.length;
  }
  return triangles;
}

/** A polygon in its plane, of which corners are cut off. */
class Outline {
  /** The corners that are left, in order. */
  readonly left: number[];
  /** Coordinates of every corner, seen along the mean normal from its tip, relative to the first corner. */
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
    // Two directions at right angles to the normal and to each other (Duff et al. 2017).
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

  /** The i-th corner that is left between the ones before and after it. */
  corner(i: number): [number, number, number] {
    const { left } = this;
    return [left[i === 0 ? left.length - 1 : i - 1], left[i], left[i + 1 === left.length ? 0 : i + 1]];
  }

  /** Whether the outline turns left at the i-th corner that is left. */
  turnsAt(i: number): boolean {
    return this.#cross(...this.corner(i)) > this.#least;
  }

  /** Whether no other corner lies in the triangle that the i-th corner makes with its neighbours. */
  isEar(i: number): boolean {
    const [a, b, c] = this.corner(i);
    return !this.left.some((p) =>
      this.#cross(a, b, p) >= -this.#least && this.#cross(b, c, p) >= -this.#least &&
      this.#cross(c, a, p) >= -this.#least &&
      // Where two corners lie at one place, as where a hole is joined to the border, each would be in the other's way.
      !this.#same(p, a) && !this.#same(p, b) && !this.#same(p, c)
    );
  }

  #same(a: number, b: number): boolean {
    return this.#x[a] === this.#x[b] && this.#y[a] === this.#y[b];
  }

  /** Twice the area of a triangle, negative where it runs clockwise. */
  #cross(a: number, b: number, c: number): number {
    const [x, y] = [this.#x, this.#y];
    return (x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a]);
  }
}
