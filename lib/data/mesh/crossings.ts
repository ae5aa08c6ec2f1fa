import type { Mesh } from "../../codec/mesh/mesh.ts";
import { PointGrid } from "./point_grid.ts";

/**
 * The winding numbers of closed surfaces at points: the signed number of faces that a ray along an axis crosses. All points are taken
 * together, which takes a time near the number of faces where points and faces are spread out.
 *
 * @param mesh A mesh near the origin.
 * @param isCounted `[faces]`: 1 for faces that count. They must traverse each edge equally often in both directions.
 * @param points `[n, 3]`, none of them on the surface.
 * @param most The most comparisons of a point with a face.
 * @returns The winding numbers `[n]`, or undefined if more comparisons were needed.
 */
export function windingsByCrossings(
  mesh: Mesh,
  isCounted: Uint8Array,
  points: Float64Array,
  most: number,
): Int32Array | undefined {
  let [best, least] = [new Crossings(mesh, isCounted, points, 0), Infinity];
  for (let axis = 0; axis < 3 && least > mesh.indices.length; axis++) {
    const crossings = axis === 0 ? best : new Crossings(mesh, isCounted, points, axis);
    const comparisons = crossings.comparisons();
    if (comparisons < least) [best, least] = [crossings, comparisons];
  }
  return least > most ? undefined : best.count();
}

/** The crossings of rays along an axis with faces. */
class Crossings {
  readonly #positions: Mesh["positions"];
  readonly #indices: Uint32Array;
  readonly #grid: PointGrid;

  constructor(mesh: Mesh, readonly isCounted: Uint8Array, readonly points: Float64Array, axis: number) {
    this.#positions = mesh.positions;
    this.#indices = mesh.indices;
    this.#grid = new PointGrid(points, axis);
  }

  /** The number of comparisons of a point with a face. */
  comparisons(): number {
    let sum = 0;
    this.#visit((_, begin, end) => sum += end - begin);
    return sum;
  }

  /** The winding number of each point. */
  count(): Int32Array {
    const windings = new Int32Array(this.points.length / 3);
    const { order, u, v } = this.#grid;
    this.#visit((face, begin, end) => {
      for (let i = begin; i < end; i++) {
        const point = order[i];
        const [x, y] = [this.points[3 * point + u], this.points[3 * point + v]];
        const isFirst = this.#isLeft(3 * face, 3 * face + 1, x, y);
        if (this.#isLeft(3 * face + 1, 3 * face + 2, x, y) !== isFirst) continue;
        if (this.#isLeft(3 * face + 2, 3 * face, x, y) !== isFirst) continue;
        // The face is seen counter-clockwise from the ray's end if the point is to the left of all sides.
        const sign = isFirst ? 1 : -1;
        if (sign * this.#depth(face, point) > 0) windings[point] += sign;
      }
    });
    return windings;
  }

  /** Calls a function for each range of points near a face, as seen along the rays. */
  #visit(call: (face: number, begin: number, end: number) => void): void {
    const [positions, indices] = [this.#positions, this.#indices];
    const { u, v } = this.#grid;
    const box = new Float64Array(4);
    let face = 0;
    const visit = (begin: number, end: number) => call(face, begin, end);
    for (; face < this.isCounted.length; face++) {
      if (this.isCounted[face] === 0) continue;
      const [a, b, c] = [3 * indices[3 * face], 3 * indices[3 * face + 1], 3 * indices[3 * face + 2]];
      box[0] = Math.min(positions[a + u], positions[b + u], positions[c + u]);
      box[1] = Math.max(positions[a + u], positions[b + u], positions[c + u]);
      box[2] = Math.min(positions[a + v], positions[b + v], positions[c + v]);
      box[3] = Math.max(positions[a + v], positions[b + v], positions[c + v]);
      this.#grid.visit(box, visit);
    }
  }

  /**
   * Whether (x, y) is to the left of a side, given by the positions of its corners among the indices. Both faces at an edge get opposite
   * answers, also for points on it, because the edge is looked at from its smaller vertex, and points on it count as moved a little along u.
   */
  #isLeft(from: number, to: number, x: number, y: number): boolean {
    const [positions, { u, v }] = [this.#positions, this.#grid];
    const isForward = this.#indices[from] < this.#indices[to];
    const low = 3 * this.#indices[isForward ? from : to];
    const high = 3 * this.#indices[isForward ? to : from];
    const [du, dv] = [positions[high + u] - positions[low + u], positions[high + v] - positions[low + v]];
    const area = du * (y - positions[low + v]) - dv * (x - positions[low + u]);
    return (area || -dv || du) > 0 === isForward;
  }

  /** Six times the volume of the tetrahedron over a face, positive if the point sees the face's back. */
  #depth(face: number, point: number): number {
    const positions = this.#positions;
    const [a, b, c] = [
      3 * this.#indices[3 * face],
      3 * this.#indices[3 * face + 1],
      3 * this.#indices[3 * face + 2],
    ];
    const [ux, uy, uz] = [
      positions[b] - positions[a],
      positions[b + 1] - positions[a + 1],
      positions[b + 2] - positions[a + 2],
    ];
    const [vx, vy, vz] = [
      positions[c] - positions[a],
      positions[c + 1] - positions[a + 1],
      positions[c + 2] - positions[a + 2],
    ];
    return (positions[a] - this.points[3 * point]) * (uy * vz - uz * vy) +
      (positions[a + 1] - this.points[3 * point + 1]) * (uz * vx - ux * vz) +
      (positions[a + 2] - this.points[3 * point + 2]) * (ux * vy - uy * vx);
  }
}
