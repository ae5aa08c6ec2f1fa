/** The most points of a leaf. */
const LEAF = 8;

/**
 * Finds points of the plane in triangles. A complete binary tree in heap order divides them: node 1 is the root, and nodes 2i and 2i + 1
 * have half of the points of node i each.
 */
export class PointTree {
  /** The number of points and boxes that were looked at so far: a measure of the work. */
  looks = 0;
  readonly #x: ArrayLike<number>;
  readonly #y: ArrayLike<number>;
  /** The points in the order of the leaves; each leaf's points that are left come first. */
  readonly #order: Uint32Array;
  /** Where each point is in the order. */
  readonly #place: Uint32Array;
  /** The number of points that are left below each node. */
  readonly #left: Uint32Array;
  /** `[nodes, 4]`: the least x and y, the greatest x and y of the points that a node had at the beginning. */
  readonly #boxes: Float64Array;

  /**
   * @param x The points' first coordinates.
   * @param y The points' second coordinates.
   */
  constructor(x: ArrayLike<number>, y: ArrayLike<number>) {
    this.#x = x;
    this.#y = y;
    const count = x.length;
    const leaves = 2 ** Math.ceil(Math.log2(Math.max(1, count / LEAF)));
    this.#order = Uint32Array.from({ length: count }, (_, i) => i);
    this.#place = new Uint32Array(count);
    this.#left = new Uint32Array(2 * leaves);
    this.#boxes = new Float64Array(8 * leaves);
    this.#build(1, 0, count);
    for (let i = 0; i < count; i++) this.#place[this.#order[i]] = i;
  }

  /** Takes a point out of the tree, in which it must still be. */
  remove(point: number): void {
    const [left, order, place] = [this.#left, this.#order, this.#place];
    let [node, first, end] = [1, 0, order.length];
    left[1]--;
    while (2 * node < left.length) {
      const middle = (first + end) >>> 1;
      const isBelow = place[point] < middle;
      if (isBelow) end = middle;
      else first = middle;
      node = 2 * node + (isBelow ? 0 : 1);
      left[node]--;
    }
    // The leaf's last point that is left takes its place.
    const last = order[first + left[node]];
    order[place[point]] = last;
    place[last] = place[point];
    order[first + left[node]] = point;
    place[point] = first + left[node];
  }

  /**
   * Whether any point is in a triangle. Points at exactly the place of one of its corners do not count.
   *
   * @param corners The triangle as x, y, x, y, x, y, counter-clockwise.
   * @param slack Twice the area of the triangle that a point outside makes with an edge up to which it counts as inside.
   */
  hasPointIn(corners: readonly number[], slack: number): boolean {
    return this.#hasBelow(1, 0, this.#order.length, corners, slack);
  }

  #hasBelow(node: number, first: number, end: number, corners: readonly number[], slack: number): boolean {
    this.looks++;
    if (this.#left[node] === 0 || this.#misses(node, corners, slack)) return false;
    if (2 * node < this.#left.length) {
      const middle = (first + end) >>> 1;
      return this.#hasBelow(2 * node, first, middle, corners, slack) ||
        this.#hasBelow(2 * node + 1, middle, end, corners, slack);
    }
    this.looks += this.#left[node];
    for (let i = first; i < first + this.#left[node]; i++) {
      const [x, y] = [this.#x[this.#order[i]], this.#y[this.#order[i]]];
      if (isIn(x, y, corners, slack) && !isCorner(x, y, corners)) return true;
    }
    return false;
  }

  /** Whether no point of a node's box can be in the triangle. */
  #misses(node: number, corners: readonly number[], slack: number): boolean {
    const boxes = this.#boxes;
    const at = 4 * node;
    for (let k = 0; k < 6; k += 2) {
      const next = k === 4 ? 0 : k + 2;
      const dx = corners[next] - corners[k];
      const dy = corners[next + 1] - corners[k + 1];
      // The corner of the box that is farthest to the left of the edge.
      const x = dy > 0 ? boxes[at] : boxes[at + 2];
      const y = dx > 0 ? boxes[at + 3] : boxes[at + 1];
      if (dx * (y - corners[k + 1]) - dy * (x - corners[k]) < -slack) return true;
    }
    const isPlace = boxes[at] === boxes[at + 2] && boxes[at + 1] === boxes[at + 3];
    return isPlace && isCorner(boxes[at], boxes[at + 1], corners);
  }

  #build(node: number, first: number, end: number): void {
    const [x, y, order, boxes] = [this.#x, this.#y, this.#order, this.#boxes];
    this.#left[node] = end - first;
    let [lowX, lowY, highX, highY] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = first; i < end; i++) {
      const [px, py] = [x[order[i]], y[order[i]]];
      if (px < lowX) lowX = px;
      if (px > highX) highX = px;
      if (py < lowY) lowY = py;
      if (py > highY) highY = py;
    }
    boxes[4 * node] = lowX;
    boxes[4 * node + 1] = lowY;
    boxes[4 * node + 2] = highX;
    boxes[4 * node + 3] = highY;
    if (2 * node >= this.#left.length) return;
    const middle = (first + end) >>> 1;
    select(order, highX - lowX > highY - lowY ? x : y, first, middle, end);
    this.#build(2 * node, first, middle);
    this.#build(2 * node + 1, middle, end);
  }
}

function isIn(px: number, py: number, c: readonly number[], slack: number): boolean {
  return (c[2] - c[0]) * (py - c[1]) - (c[3] - c[1]) * (px - c[0]) >= -slack &&
    (c[4] - c[2]) * (py - c[3]) - (c[5] - c[3]) * (px - c[2]) >= -slack &&
    (c[0] - c[4]) * (py - c[5]) - (c[1] - c[5]) * (px - c[4]) >= -slack;
}

function isCorner(px: number, py: number, c: readonly number[]): boolean {
  return (px === c[0] && py === c[1]) || (px === c[2] && py === c[3]) || (px === c[4] && py === c[5]);
}

/**
 * Reorders entries first … end − 1 so that those before `middle` have values of at most those after it (Hoare's selection). Both scans
 * stop at equal values, so many equal values do not make it slow.
 */
function select(order: Uint32Array, values: ArrayLike<number>, first: number, middle: number, end: number): void {
  for (let [low, high] = [first, end - 1]; low < high;) {
    const pivot = values[order[(low + high) >> 1]];
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[order[i]] < pivot) i++;
      while (values[order[j]] > pivot) j--;
      if (i <= j) {
        [order[i], order[j]] = [order[j], order[i]];
        i++;
        j--;
      }
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else break;
  }
}
