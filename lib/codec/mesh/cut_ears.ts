import { IndexSet } from "./index_set.ts";
import { PointTree } from "./point_tree.ts";

/** From so many corners on, a polygon without an ear is not searched again after each cut. */
const MANY = 64;

/** The most corners of a polygon. More never occur, and take long. */
const MOST = 2 ** 17;

/** How much work triangulating may take. */
export interface WorkLeft {
  /** The number of points and boxes that may still be looked at; it is counted down. */
  left: number;
}

/**
 * Cuts a polygon into triangles by cutting off ears: corners whose triangle is in the polygon and has no other corner in it. A tree over the
 * corners keeps the time for n corners near n log n.
 *
 * @param x The corners' first coordinates, counter-clockwise.
 * @param y The corners' second coordinates.
 * @param least Twice the area below which a triangle counts as flat.
 * @param work The work that is left.
 * @returns Three corners for each triangle, or undefined if no work is left or there are too many corners.
 */
export function cutEars(x: Float64Array, y: Float64Array, least: number, work: WorkLeft): number[] | undefined {
  if (x.length > MOST) return undefined;
  const ears = new EarSearch(x, y, least);
  const triangles: number[] = [];
  for (let at = 0, left = x.length; left > 2; left--) {
    const ear = ears.next(at, left);
    work.left -= ears.looks();
    if (work.left < 0) return undefined;
    const [before, after] = [ears.before[ear], ears.after[ear]];
    triangles.push(before, ear, after);
    // The search continues at the next corner, because adjacent ears would share a corner and become thin.
    at = ears.after[after];
    ears.cut(ear);
  }
  return triangles;
}

/** A polygon from which corners are cut off. */
class EarSearch {
  /** The corner before each that is left. */
  readonly before: Uint32Array;
  /** The corner after each that is left. */
  readonly after: Uint32Array;
  /** The corners that may be ears: those at which the outline turns left and that were not yet found to be blocked. */
  readonly #candidates: IndexSet;
  readonly #tree: PointTree;
  #looked = 0;
  /** If at most so many corners are left and none is an ear, all are searched again, since cuts may have unblocked some. */
  #searchAgain: number;

  constructor(readonly x: Float64Array, readonly y: Float64Array, readonly least: number) {
    const count = x.length;
    this.before = Uint32Array.from({ length: count }, (_, i) => i === 0 ? count - 1 : i - 1);
    this.after = Uint32Array.from({ length: count }, (_, i) => i + 1 === count ? 0 : i + 1);
    this.#candidates = new IndexSet(count);
    this.#tree = new PointTree(x, y);
    this.#searchAgain = count;
    for (let i = 0; i < count; i++) if (this.#turnsAt(i)) this.#candidates.add(i);
  }

  /** The number of points and boxes that were looked at since the last call. */
  looks(): number {
    const looks = this.#tree.looks - this.#looked;
    this.#looked = this.#tree.looks;
    return looks;
  }

  /** The first ear from a corner on; the corner itself if there is none. */
  next(at: number, left: number): number {
    const found = this.#find(at);
    if (found >= 0) return found;
    if (left > MANY && left > this.#searchAgain) return at;
    this.#searchAgain = left > MANY ? 0.9 * left : left;
    let corner = at;
    do {
      if (this.#turnsAt(corner)) this.#candidates.add(corner);
      corner = this.after[corner];
    } while (corner !== at);
    const again = this.#find(at);
    return again >= 0 ? again : at;
  }

  /** Cuts a corner off and joins its neighbours, which are the only ones that may have become ears. */
  cut(ear: number): void {
    const [before, after] = [this.before[ear], this.after[ear]];
    this.#candidates.remove(ear);
    this.#tree.remove(ear);
    this.after[before] = after;
    this.before[after] = before;
    for (const corner of [before, after]) {
      if (this.#turnsAt(corner)) this.#candidates.add(corner);
      else this.#candidates.remove(corner);
    }
  }

  #find(at: number): number {
    for (const [from, end] of [[at, Infinity], [0, at]]) {
      for (let i = this.#candidates.next(from); i >= 0 && i < end; i = this.#candidates.next(i)) {
        if (this.#isEar(i)) return i;
        this.#candidates.remove(i);
      }
    }
    return -1;
  }

  #turnsAt(corner: number): boolean {
    return twiceArea(this.x, this.y, this.before[corner], corner, this.after[corner]) > this.least;
  }

  /**
   * Whether no other corner is in the triangle of a corner and its neighbours. Corners at the same place as one of these, which occur
   * where a hole is joined to the border, do not count.
   */
  #isEar(corner: number): boolean {
    const { x, y } = this;
    const [a, c] = [this.before[corner], this.after[corner]];
    return !this.#tree.hasPointIn([x[a], y[a], x[corner], y[corner], x[c], y[c]], this.least);
  }
}

/** Twice the area of a triangle; negative if it is oriented clockwise. */
export function twiceArea(x: ArrayLike<number>, y: ArrayLike<number>, a: number, b: number, c: number): number {
  return (x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a]);
}
