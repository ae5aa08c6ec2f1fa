import { areaVector, checkMesh } from "./inspect.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";

/** The number of entries of a node: three vec4s. */
export const NODE_FLOATS = 12;

/**
 * A hierarchy over a mesh's triangles for generalised winding numbers (Barill et al. 2018) and nearest points. It is a complete
 * binary tree in heap order: node 1 is the root, nodes 2i and 2i + 1 divide the triangles of node i, and nodes from `faces` on
 * have one triangle each. Depth-first traversal therefore needs no stack and no pointers: if the children of node i are skipped, the
 * next node is (i + 1) shifted right by its number of trailing zeros.
 */
export interface WindingTree {
  /**
   * The nodes, `[2·faces, 12]`; node 0 is unused. A node with several triangles is p (3), (β r)², N (3), M (5). Here p is the triangles'
   * area-weighted centre, r the distance of the farthest vertex from p, N = Σ area·normal / 4π, and M the symmetric traceless part of
   * Σ (centre − p) ⊗ area·normal / 4π as xx, yy, xy, xz, yz. A node with one triangle is corner a (3), −1, corner b (3), the
   * triangle's index, corner c (3), 0.
   */
  readonly nodes: Float32Array;
  /** The number of triangles. */
  readonly faces: number;
  /** The accuracy β: at distances of more than β times a node's radius from its centre, its expansion replaces its triangles. */
  readonly accuracy: number;
}

/** The most faces: up to this number, 32-bit floats represent every integer. */
const MAX_FACES = 2 ** 24;

/**
 * Builds the hierarchy. At each node, the triangles are divided along the longest side of the bounding box of their centres, as near
 * the median as a complete tree allows.
 *
 * @param mesh Any triangles; holes, duplicates and intersections are allowed.
 * @param accuracy The accuracy β, by default 2 as published. Errors decrease with its third power.
 * @throws {Error} If the mesh is invalid or has more than 2²⁴ faces.
 */
export function windingTree(mesh: Mesh, accuracy = 2): WindingTree {
  checkMesh(mesh, "windingTree");
  if (!(accuracy > 0 && accuracy < Infinity)) {
    throw new RangeError(`windingTree: accuracy: expected a positive number, found ${accuracy}.`);
  }
  const faces = mesh.indices.length / 3;
  if (faces > MAX_FACES) throw new Error(`windingTree: expected at most ${MAX_FACES} faces, found ${faces}.`);
  const builder = new Builder(mesh, new Float32Array(2 * faces * NODE_FLOATS), accuracy);
  builder.build(1, 0, faces);
  return { nodes: builder.nodes, faces, accuracy };
}

class Builder {
  /** The faces; after building, in the order of the leaves. */
  readonly #order: Uint32Array;
  /** The centre of each face. */
  readonly #centres: Float64Array;
  /** The area vector of each face. */
  readonly #vectors: Float64Array;

  constructor(readonly mesh: Mesh, readonly nodes: Float32Array, readonly accuracy: number) {
    const { positions, indices } = mesh;
    const faces = indices.length / 3;
    this.#order = Uint32Array.from({ length: faces }, (_, i) => i);
    this.#centres = new Float64Array(3 * faces);
    this.#vectors = new Float64Array(3 * faces);
    for (let face = 0; face < faces; face++) {
      this.#vectors.set(areaVector(mesh, face), 3 * face);
      for (let axis = 0; axis < 3; axis++) {
        let sum = 0;
        for (let k = 0; k < 3; k++) sum += positions[3 * indices[3 * face + k] + axis];
        this.#centres[3 * face + axis] = sum / 3;
      }
    }
  }

  /** Builds a node and those below it for the faces first … end − 1 of the order. */
  build(node: number, first: number, end: number): void {
    if (end - first === 1) {
      this.#leaf(node, this.#order[first]);
    } else {
      this.#expansion(node, first, end);
      const middle = first + leavesOnTheLeft(end - first);
      this.#part(first, middle, end);
      this.build(2 * node, first, middle);
      this.build(2 * node + 1, middle, end);
    }
  }

  #leaf(node: number, face: number): void {
    const { positions, indices } = this.mesh;
    for (let k = 0; k < 3; k++) {
      const vertex = 3 * indices[3 * face + k];
      this.nodes.set(positions.subarray(vertex, vertex + 3), node * NODE_FLOATS + 4 * k);
    }
    this.nodes[node * NODE_FLOATS + 3] = -1;
    this.nodes[node * NODE_FLOATS + 7] = face;
  }

  #expansion(node: number, first: number, end: number): void {
    const { positions, indices } = this.mesh;
    const [centres, vectors] = [this.#centres, this.#vectors];
    let [weight, px, py, pz, nx, ny, nz] = [0, 0, 0, 0, 0, 0, 0];
    for (let i = first; i < end; i++) {
      const at = 3 * this.#order[i];
      const [x, y, z] = [vectors[at], vectors[at + 1], vectors[at + 2]];
      // Faces without area get a tiny weight, so that a node with only such faces has a centre too.
      const area = Math.sqrt(x * x + y * y + z * z) + 1e-30;
      weight += area;
      px += area * centres[at];
      py += area * centres[at + 1];
      pz += area * centres[at + 2];
      nx += x;
      ny += y;
      nz += z;
    }
    [px, py, pz] = [px, py, pz].map((sum) => Math.fround(sum / weight));
    let [xx, yy, zz, xy, xz, yz] = [0, 0, 0, 0, 0, 0];
    let radius = 0;
    for (let i = first; i < end; i++) {
      const face = 3 * this.#order[i];
      const [dx, dy, dz] = [centres[face] - px, centres[face + 1] - py, centres[face + 2] - pz];
      const [x, y, z] = [vectors[face], vectors[face + 1], vectors[face + 2]];
      xx += dx * x;
      yy += dy * y;
      zz += dz * z;
      xy += (dx * y + dy * x) / 2;
      xz += (dx * z + dz * x) / 2;
      yz += (dy * z + dz * y) / 2;
      for (let k = 0; k < 3; k++) {
        const vertex = 3 * indices[face + k];
        const [ex, ey, ez] = [positions[vertex] - px, positions[vertex + 1] - py, positions[vertex + 2] - pz];
        radius = Math.max(radius, ex * ex + ey * ey + ez * ez);
      }
    }
    const trace = (xx + yy + zz) / 3;
    const moments = [nx, ny, nz, xx - trace, yy - trace, xy, xz, yz].map((sum) => sum / (4 * Math.PI));
    this.nodes.set([px, py, pz, radius * this.accuracy ** 2, ...moments], node * NODE_FLOATS);
  }

  /** Reorders faces first … end − 1 so that along the longest side, those before `middle` come before those after it. */
  #part(first: number, middle: number, end: number): void {
    const [order, centres] = [this.#order, this.#centres];
    let axis = 0;
    let longest = -1;
    for (let a = 0; a < 3; a++) {
      let [low, high] = [Infinity, -Infinity];
      for (let i = first; i < end; i++) {
        const value = centres[3 * order[i] + a];
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (high - low > longest) [axis, longest] = [a, high - low];
    }
    // Hoare's selection algorithm. Both scans stop at equal values, so many equal centres do not make it slow.
    for (let [low, high] = [first, end - 1]; low < high;) {
      const pivot = centres[3 * order[(low + high) >> 1] + axis];
      let [i, j] = [low, high];
      while (i <= j) {
        while (centres[3 * order[i] + axis] < pivot) i++;
        while (centres[3 * order[j] + axis] > pivot) j--;
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
}

/** The number of leaves below the first child of the root in a complete binary tree whose last level is filled from the left. */
function leavesOnTheLeft(leaves: number): number {
  const full = 2 ** Math.floor(Math.log2(leaves));
  return full / 2 + Math.min(leaves - full, full / 2);
}
