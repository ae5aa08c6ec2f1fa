import { GrowingArray, type Numbers } from "./growing_array.ts";
import type { DecodedMesh } from "./mesh.ts";
import { PassedOver } from "./passed_over.ts";
import { fitPositions } from "./position_bits.ts";
import { triangulate } from "./triangulate.ts";

/** How a format speaks of places in its files. */
interface MeshPlaces {
  /** The number of the first vertex in the file's format; by default 0. */
  readonly base?: 0 | 1;
  /** Describes a place: `line 12`. */
  readonly describe: (place: number) => string;
  /** Throws the error for a vertex without a finite position that a face uses; by default a general one. */
  readonly refuseVertex?: (place: number) => void;
  /** Whether all positions are 32-bit numbers, so that they take half of the memory; by default false. */
  readonly isSingle?: boolean;
}

/** Vertices that no face uses are kept, unless there are more than this and so many times as many as corners of faces. */
const [MANY_VERTICES, OF_CORNER] = [2 ** 20, 8];

/** The positions and indices of a mesh that is being made. */
interface Arrays {
  positions: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
  indices: Uint32Array<ArrayBuffer>;
}

/** Collects the vertices and faces of a mesh file. Polygons are triangulated; see `triangulate`. */
export class MeshBuilder {
  readonly #positions: GrowingArray<Exclude<Numbers, Uint32Array>>;
  readonly #indices = new GrowingArray((n) => new Uint32Array(n));
  /** The polygons of more than three corners, three numbers each: where it begins among the indices, its corners, its place. */
  readonly #polygons = new GrowingArray((n) => new Uint32Array(n));
  /** The vertices without a finite position, three numbers each: its index, its place, 0. */
  readonly #unusable = new GrowingArray((n) => new Float64Array(n));
  #largest = -1;
  #largestAt = 0;
  #polygonCorners = 0;

  /**
   * @param name The name of the file in error messages.
   * @param places How the format speaks of places.
   * @param passed What the reader passes over.
   */
  constructor(readonly name: string, readonly places: MeshPlaces, readonly passed: PassedOver = new PassedOver()) {
    this.#positions = new GrowingArray((n) => places.isSingle ? new Float32Array(n) : new Float64Array(n));
  }

  /** The number of vertices so far. */
  get vertices(): number {
    return this.#positions.length / 3;
  }

  /**
   * Adds a vertex. If its position is not finite as 32-bit numbers, faces must not use it.
   *
   * @param place The position in the file.
   */
  vertex(x: number, y: number, z: number, place: number): void {
    if (!isUsable(x, y, z)) this.#unusable.push(this.vertices, place, 0);
    this.#positions.push(x, y, z);
  }

  /**
   * Adds a polygon. One of fewer than three corners has no area and is passed over.
   *
   * @param corners The indices of its vertices, counted from 0. The vertices may come later in the file.
   * @param place The position in the file.
   * @param count The number of corners; by default all that the array has.
   * @throws {Error} If a number is not a valid index.
   */
  face(corners: ArrayLike<number>, place: number, count: number = corners.length): void {
    for (let i = 0; i < count; i++) {
      const corner = corners[i];
      if (!Number.isInteger(corner) || corner < 0 || corner >= 2 ** 32) {
        throw this.#error(place, `face refers to vertex ${corner + this.#base}, which is not a valid index`);
      }
      if (corner > this.#largest) {
        this.#largest = corner;
        this.#largestAt = place;
      }
    }
    if (count < 3) {
      this.passed.add("faces of fewer than 3 corners", () => this.places.describe(place));
      return;
    }
    // Since vertices may come later, a polygon is stored as a triangle fan until all vertices are known.
    if (count > 3) {
      this.#polygons.push(this.#indices.length, count, place);
      this.#polygonCorners += count;
    }
    for (let i = 2; i < count; i++) this.#indices.push(corners[0], corners[i - 1], corners[i]);
  }

  /**
   * Completes the mesh.
   *
   * @throws {Error} If there are no vertices or faces, a face refers to a vertex that does not exist or has no finite position, or a
   * polygon would take too long to triangulate.
   */
  finish(): DecodedMesh {
    const { name, vertices } = this;
    if (this.#largest >= vertices) {
      const counted = this.#base === 1 ? "" : " (counted from 0)";
      const found = `face refers to vertex ${this.#largest + this.#base}${counted}, but the file has ${vertices}`;
      throw this.#error(this.#largestAt, found);
    }
    if (vertices === 0) throw new Error(`${name}: the mesh has no vertices.`);
    const { positions, indices } = this.#arrays();
    if (indices.length === 0) {
      throw new Error(`${name}: the mesh has no faces, but ${vertices === 1 ? "1 vertex" : `${vertices} vertices`}.`);
    }
    this.#triangulate(positions, indices);
    return { positions: fitPositions(positions, indices), indices, warnings: this.passed.sentences(name) };
  }

  #arrays(): Arrays {
    const indices = this.#indices.finish();
    const isSparse = this.vertices > MANY_VERTICES && this.vertices > OF_CORNER * indices.length;
    if (isSparse && indices.length > 0 && this.#unusable.length === 0) return this.#usedOnly(indices);
    const mesh = { positions: this.#positions.finish(), indices };
    return this.#unusable.length > 0 ? this.#withoutUnusable(mesh) : mesh;
  }

  /** The mesh without the vertices that no face uses. */
  #usedOnly(indices: Uint32Array<ArrayBuffer>): Arrays {
    const sorted = indices.slice().sort();
    let count = 0;
    for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[count++] = sorted[i];
    const used = sorted.subarray(0, count);
    for (let i = 0; i < indices.length; i++) {
      let [low, high] = [0, count - 1];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (used[middle] < indices[i]) low = middle + 1;
        else high = middle;
      }
      indices[i] = low;
    }
    return { positions: this.#positions.take(used), indices };
  }

  get #base(): number {
    return this.places.base ?? 0;
  }

  #error(place: number, found: string): Error {
    return new Error(`${this.name}, ${this.places.describe(place)}: ${found}.`);
  }

  /** Replaces the fans that stand for polygons. */
  #triangulate(positions: Arrays["positions"], indices: Uint32Array): void {
    // Simple polygons of up to some thousand corners take at most a hundred looks for each corner.
    const work = { left: 3e7 + 100 * this.#polygonCorners };
    const corners: number[] = [];
    this.#polygons.forEach((begin, count, place) => {
      corners.length = count;
      corners[0] = indices[begin];
      corners[1] = indices[begin + 1];
      for (let k = 2; k < count; k++) corners[k] = indices[begin + 3 * k - 4];
      const triangles = triangulate(positions, corners, work);
      if (triangles === undefined) {
        throw this.#error(
          place,
          `expected faces that are simple polygons, found one of ${count} corners that is too intricate`,
        );
      }
      for (let k = 0; k < triangles.length; k++) indices[begin + k] = triangles[k];
    });
  }

  /** The mesh without the vertices that have no finite position. */
  #withoutUnusable({ positions, indices }: Arrays): Arrays {
    const unusable = this.#unusable.finish();
    const refuse = (place: number) => {
      this.places.refuseVertex?.(place);
      throw this.#error(place, "expected a vertex with a finite position, found one that is not finite");
    };
    if (indices.length === 0) refuse(unusable[1]);
    const moved = new Uint32Array(positions.length / 3);
    for (let i = 0; i < unusable.length; i += 3) {
      moved[unusable[i]] = 1;
      this.passed.add(
        "vertices without a finite position, which no face uses",
        () => this.places.describe(unusable[i + 1]),
      );
    }
    const used = indices.find((vertex) => moved[vertex] === 1);
    if (used !== undefined) {
      for (let i = 0;; i += 3) if (unusable[i] === used) refuse(unusable[i + 1]);
    }
    let length = 0;
    for (let vertex = 0; vertex < moved.length; vertex++) {
      if (moved[vertex] === 1) continue;
      moved[vertex] = length / 3;
      for (let axis = 0; axis < 3; axis++) positions[length++] = positions[3 * vertex + axis];
    }
    return { positions: positions.slice(0, length), indices: indices.map((vertex) => moved[vertex]) };
  }
}

function isUsable(x: number, y: number, z: number): boolean {
  return Number.isFinite(Math.fround(x) + Math.fround(y) + Math.fround(z));
}
