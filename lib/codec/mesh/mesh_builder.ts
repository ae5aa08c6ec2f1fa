import { GrowingArray } from "./growing_array.ts";
import type { Mesh } from "./mesh.ts";
import { fitPositions } from "./position_bits.ts";
import { triangulate } from "./triangulate.ts";

/** Collects the vertices and faces of a mesh file. Polygons are triangulated; see `triangulate`. */
export class MeshBuilder {
  readonly #positions = new GrowingArray((n) => new Float64Array(n));
  readonly #indices = new GrowingArray((n) => new Uint32Array(n));
  /** The polygons of more than three corners: where each begins among the indices, and its number of corners. */
  readonly #polygons: { begin: number; corners: number }[] = [];
  #largest = -1;
  #largestAt = "";

  /**
   * @param name The name of the file in error messages.
   * @param base The number of the first vertex in the file's format, for error messages.
   */
  constructor(readonly name: string, readonly base: 0 | 1 = 0) {}

  /** The number of vertices so far. */
  get vertices(): number {
    return this.#positions.length / 3;
  }

  /**
   * Adds a vertex.
   *
   * @param where The position in the file, for error messages: `line 12` or `vertex 3`.
   * @throws {Error} If the position is not finite as 32-bit numbers.
   */
  vertex(x: number, y: number, z: number, where: string): void {
    if (!Number.isFinite(Math.fround(x) + Math.fround(y) + Math.fround(z))) {
      throw new Error(`${this.name}, ${where}: expected a finite position, found ${x}, ${y}, ${z}.`);
    }
    this.#positions.push(x, y, z);
  }

  /**
   * Adds a polygon.
   *
   * @param corners The indices of its vertices, counted from 0. The vertices may come later in the file.
   * @param where The position in the file, for error messages.
   * @throws {Error} If there are fewer than three corners, or a number is not a valid index.
   */
  face(corners: ArrayLike<number>, where: string): void {
    if (corners.length < 3) {
      throw new Error(`${this.name}, ${where}: expected a face of at least 3 corners, found ${corners.length}.`);
    }
    for (let i = 0; i < corners.length; i++) {
      const corner = corners[i];
      if (!Number.isInteger(corner) || corner < 0 || corner >= 2 ** 32) {
        throw new Error(
          `${this.name}, ${where}: face refers to vertex ${corner + this.base}, which is not a valid index.`,
        );
      }
      if (corner > this.#largest) {
        this.#largest = corner;
        this.#largestAt = where;
      }
    }
    // Since vertices may come later, a polygon is stored as a triangle fan until all vertices are known.
    if (corners.length > 3) this.#polygons.push({ begin: this.#indices.length, corners: corners.length });
    for (let i = 2; i < corners.length; i++) this.#indices.push(corners[0], corners[i - 1], corners[i]);
  }

  /**
   * Completes the mesh.
   *
   * @throws {Error} If there are no vertices or faces, or a face refers to a vertex that does not exist.
   */
  finish(): Mesh {
    const { name, base, vertices } = this;
    if (this.#largest >= vertices) {
      const counted = base === 1 ? "" : " (counted from 0)";
      throw new Error(
        `${name}, ${this.#largestAt}: face refers to vertex ${
          this.#largest + base
        }${counted}, but the file has ${vertices}.`,
      );
    }
    if (vertices === 0) throw new Error(`${name}: the mesh has no vertices.`);
    if (this.#indices.length === 0) throw new Error(`${name}: the mesh has ${vertices} vertices, but no faces.`);
    const [positions, indices] = [this.#positions.finish(), this.#indices.finish()];
    for (const { begin, corners } of this.#polygons) {
      const fan = indices.subarray(begin, begin + 3 * (corners - 2));
      fan.set(triangulate(positions, [fan[0], ...fan.filter((_, i) => i % 3 === 1), fan[fan.length - 1]]));
    }
    return { positions: fitPositions(positions), indices };
  }
}
