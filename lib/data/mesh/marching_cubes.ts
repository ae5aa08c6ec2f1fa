import { CELL_EDGES, cubeCase } from "./cube_cases.ts";
import { GrowingArray } from "../../codec/mesh/growing_array.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";

/** An axis-parallel grid: sample (i, j, k) is at origin + spacing · (i, j, k). */
export interface Grid {
  /** The number of samples along x, y and z. */
  readonly size: readonly [number, number, number];
  /** The position of sample (0, 0, 0). */
  readonly origin: readonly [number, number, number];
  /** The distance between neighbouring samples, the same along all axes. */
  readonly spacing: number;
}

/** The least distance of a vertex from the ends of its edge, as a part of the edge. It keeps vertices from coinciding. */
export const MARGIN = 1 / 1024;

/** The largest value of a sample on the grid's border; it is negative, so the border counts as outside. */
const OUTSIDE = -1e-30;

/**
 * Extracts the surface on which a function on a grid is 0 (Lorensen & Cline 1987; `cube_cases.ts` tells how ambiguous cells are
 * resolved). The inside is where the function is positive, and the surface is oriented outward. It is watertight: every edge
 * has exactly two faces. Samples on the grid's border count as outside, which closes the surface there. Only two slices are
 * kept in memory at a time.
 *
 * @param grid The grid, with at least two samples along each axis.
 * @param slices The samples: for each k in order a slice `[size[1], size[0]]`, in which x varies fastest.
 * @returns A mesh whose vertices are on the grid's edges, with no duplicates; it is empty if nothing is inside.
 * @throws {RangeError} If slices are missing or of another size, or a sample is not finite.
 *
 * @example A ball of radius ½.
 * ```ts
 * import { marchingCubes } from "./marching_cubes.ts";
 *
 * const n = 33;
 * const at = (i: number) => i / 16 - 1;
 * const slices = Array.from({ length: n }, (_, k) =>
 *   Float32Array.from({ length: n * n }, (_, i) => 0.5 - Math.hypot(at(i % n), at(Math.floor(i / n)), at(k))));
 * const mesh = await marchingCubes({ size: [n, n, n], origin: [-1, -1, -1], spacing: 1 / 16 }, slices);
 * console.log(mesh.positions.length / 3, "vertices");
 * ```
 */
export async function marchingCubes(
  grid: Grid,
  slices: Iterable<Float32Array> | AsyncIterable<Float32Array>,
): Promise<Mesh> {
  const [nx, ny, nz] = grid.size;
  if (![nx, ny, nz].every((count) => Number.isSafeInteger(count) && count >= 2)) {
    throw new RangeError(`marchingCubes: expected at least 2 samples along each axis, found ${grid.size.join(" × ")}.`);
  }
  if (!(grid.spacing > 0 && [grid.spacing, ...grid.origin].every(Number.isFinite))) {
    throw new RangeError(
      `marchingCubes: expected a finite origin and a positive spacing, found ${
        grid.origin.join(" ")
      } and ${grid.spacing}.`,
    );
  }
  const slab = new Slab(grid);
  let k = 0;
  for await (const slice of slices) {
    if (k === nz) throw new RangeError(`marchingCubes: expected ${nz} slices, found more.`);
    slab.add(slice, k++);
  }
  if (k < nz) throw new RangeError(`marchingCubes: expected ${nz} slices, found ${k}.`);
  return slab.finish();
}

/** The cells between two slices, and the vertices on their edges. */
class Slab {
  readonly #grid: Grid;
  readonly #positions = new GrowingArray((n) => new Float32Array(n));
  readonly #indices = new GrowingArray((n) => new Uint32Array(n));
  /** The lower and the upper slice. */
  #values: [Float32Array, Float32Array];
  /** The vertices on edges along x and y of the lower and the upper slice, and along z between them; −1 if there is none. */
  #along: [x: [Int32Array, Int32Array], y: [Int32Array, Int32Array], z: Int32Array];

  constructor(grid: Grid) {
    this.#grid = grid;
    const length = grid.size[0] * grid.size[1];
    const none = () => new Int32Array(length).fill(-1);
    this.#values = [new Float32Array(length), new Float32Array(length)];
    this.#along = [[none(), none()], [none(), none()], none()];
  }

  /** Adds slice k and processes the cells below it. */
  add(slice: Float32Array, k: number): void {
    const [nx, ny, nz] = this.#grid.size;
    if (slice.length !== nx * ny) {
      throw new RangeError(`marchingCubes: expected slices of ${nx * ny} samples, found one of ${slice.length}.`);
    }
    this.#values.reverse();
    const values = this.#values[1];
    for (let j = 0, at = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, at++) {
        const value = slice[at];
        if (!Number.isFinite(value)) {
          throw new RangeError(`marchingCubes: expected finite samples, found ${value} at (${i}, ${j}, ${k}).`);
        }
        const border = i === 0 || j === 0 || k === 0 || i === nx - 1 || j === ny - 1 || k === nz - 1;
        values[at] = border ? Math.min(value, OUTSIDE) : value;
      }
    }
    const [x, y, z] = this.#along;
    for (const pair of [x, y]) {
      pair.reverse();
      pair[1].fill(-1);
    }
    z.fill(-1);
    if (k > 0) this.#cells(k - 1);
  }

  finish(): Mesh {
    return { positions: this.#positions.finish(), indices: this.#indices.finish() };
  }

  #cells(k: number): void {
    const [nx, ny] = this.#grid.size;
    const [low, high] = this.#values;
    for (let j = 0; j + 1 < ny; j++) {
      for (let i = 0; i + 1 < nx; i++) {
        const at = j * nx + i;
        const inside = (low[at] > 0 ? 1 : 0) | (low[at + 1] > 0 ? 2 : 0) | (low[at + nx] > 0 ? 4 : 0) |
          (low[at + nx + 1] > 0 ? 8 : 0) | (high[at] > 0 ? 16 : 0) | (high[at + 1] > 0 ? 32 : 0) |
          (high[at + nx] > 0 ? 64 : 0) | (high[at + nx + 1] > 0 ? 128 : 0);
        const edges = cubeCase(inside);
        for (let e = 0; e < edges.length; e += 3) {
          this.#indices.push(
            this.#vertex(edges[e], i, j, k),
            this.#vertex(edges[e + 1], i, j, k),
            this.#vertex(edges[e + 2], i, j, k),
          );
        }
      }
    }
  }

  /** The vertex on an edge of cell (i, j, k); it is created at the first call. */
  #vertex(edge: number, i: number, j: number, k: number): number {
    const axis = edge >> 2;
    const corner = CELL_EDGES[edge][0];
    const [x, y, z] = [i + (corner & 1), j + (corner >> 1 & 1), corner >> 2];
    const nx = this.#grid.size[0];
    const at = y * nx + x;
    const ids = axis === 2 ? this.#along[2] : this.#along[axis as 0 | 1][z];
    if (ids[at] < 0) {
      const from = this.#values[z][at];
      const to = axis === 2 ? this.#values[1][at] : this.#values[z][at + (axis === 0 ? 1 : nx)];
      const part = Math.min(1 - MARGIN, Math.max(MARGIN, from / (from - to)));
      const place = [x, y, k + z];
      place[axis] += part;
      const { origin, spacing } = this.#grid;
      ids[at] = this.#positions.length / 3;
      this.#positions.push(
        origin[0] + spacing * place[0],
        origin[1] + spacing * place[1],
        origin[2] + spacing * place[2],
      );
    }
    return ids[at];
  }
}
