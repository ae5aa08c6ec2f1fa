/** The most cells along each side of a grid. */
const CELLS = 1024;

/** Points that are sorted into the cells of a square grid across an axis. */
export class PointGrid {
  /** The axes across the given one, so that the three are right-handed. */
  readonly u: number;
  readonly v: number;
  /** The points in the order of their cells, row by row. */
  readonly order: Uint32Array;
  /** The number of points in the cells before each one. */
  readonly #start: Uint32Array;
  /** The number of cells along each side. */
  readonly #cells: number;
  /** The least coordinate along u and v. */
  readonly #low: Float64Array;
  /** The number of cells per unit along u and v. */
  readonly #scale: Float64Array;

  /**
   * @param points `[n, 3]`.
   * @param axis The axis, 0, 1 or 2.
   */
  constructor(points: Float64Array, axis: number) {
    [this.u, this.v] = [(axis + 1) % 3, (axis + 2) % 3];
    const count = points.length / 3;
    const cells = this.#cells = Math.max(1, Math.min(CELLS, Math.ceil(Math.sqrt(count))));
    this.#low = new Float64Array(2).fill(Infinity);
    const high = new Float64Array(2).fill(-Infinity);
    for (let i = 0; i < points.length; i++) {
      if (i % 3 === axis) continue;
      const k = i % 3 === this.u ? 0 : 1;
      this.#low[k] = Math.min(this.#low[k], points[i]);
      high[k] = Math.max(high[k], points[i]);
    }
    this.#scale = high.map((value, k) => cells / Math.max(value - this.#low[k], 1e-30));
    const cellOf = (i: number) => cells * this.#cell(1, points[3 * i + this.v]) + this.#cell(0, points[3 * i + this.u]);
    const start = this.#start = new Uint32Array(cells * cells + 1);
    for (let i = 0; i < count; i++) start[cellOf(i) + 1]++;
    for (let cell = 1; cell < start.length; cell++) start[cell] += start[cell - 1];
    const next = start.slice();
    this.order = new Uint32Array(count);
    for (let i = 0; i < count; i++) this.order[next[cellOf(i)]++] = i;
  }

  /**
   * Calls a function with each range of the order that holds points near a rectangle.
   *
   * @param box The least u, the greatest u, the least v and the greatest v of the rectangle.
   */
  visit(box: Float64Array, call: (begin: number, end: number) => void): void {
    const [cells, start] = [this.#cells, this.#start];
    if (this.#place(0, box[1]) < 0 || this.#place(1, box[3]) < 0) return;
    // The last cell also holds the points at the end of the grid.
    if (this.#place(0, box[0]) > cells || this.#place(1, box[2]) > cells) return;
    const [from, to, last] = [this.#cell(0, box[0]), this.#cell(0, box[1]), this.#cell(1, box[3])];
    for (let row = this.#cell(1, box[2]); row <= last; row++) {
      const [begin, end] = [start[cells * row + from], start[cells * row + to + 1]];
      if (begin < end) call(begin, end);
    }
  }

  /** The place of a coordinate along u, 0, or v, 1, in cells. */
  #place(k: number, value: number): number {
    return (value - this.#low[k]) * this.#scale[k];
  }

  #cell(k: number, value: number): number {
    return Math.max(0, Math.min(this.#cells - 1, Math.floor(this.#place(k, value))));
  }
}
