import type { Mesh } from "../../codec/mesh/mesh.ts";
import { NODE_FLOATS, windingTree } from "./winding_tree.ts";

/** The point on a mesh that is nearest to a given point. */
export interface NearestPlace {
  /** The index of the triangle on which it lies. */
  readonly face: number;
  /** Its distance. */
  readonly distance: number;
}

/** Finds the nearest point on a mesh, on the host, with the bounding spheres of a `WindingTree`. */
export class NearestOnMesh {
  readonly #nodes: Float32Array;
  /** The nodes that are still to be visited, and lower bounds of the square distance for each. */
  readonly #pending: number[] = [];
  readonly #bounds: number[] = [];

  /**
   * Builds the tree.
   *
   * @param mesh A mesh with at least one face.
   */
  constructor(mesh: Mesh) {
    this.#nodes = windingTree(mesh, 1).nodes;
  }

  /** Finds the nearest point to (x, y, z). */
  find(x: number, y: number, z: number): NearestPlace {
    const nodes = this.#nodes;
    let best = Infinity;
    let face = -1;
    this.#pending.length = this.#bounds.length = 0;
    this.#push(1, this.#bound(1, x, y, z), best);
    while (this.#pending.length > 0) {
      const node = this.#pending.pop()!;
      if (this.#bounds.pop()! >= best) continue;
      const at = node * NODE_FLOATS;
      if (nodes[at + 3] < 0) {
        const distance = squareDistance(nodes, at, x, y, z);
        if (distance < best || face < 0) [best, face] = [distance, nodes[at + 7]];
        continue;
      }
      // The child that may be nearer is pushed last, so that it is visited first.
      const left = this.#bound(2 * node, x, y, z);
      const right = this.#bound(2 * node + 1, x, y, z);
      if (left > right) this.#push(2 * node, left, best);
      this.#push(2 * node + 1, right, best);
      if (left <= right) this.#push(2 * node, left, best);
    }
    return { face, distance: Math.sqrt(best) };
  }

  #push(node: number, bound: number, best: number): void {
    if (bound >= best) return;
    this.#pending.push(node);
    this.#bounds.push(bound);
  }

  #bound(node: number, x: number, y: number, z: number): number {
    const at = node * NODE_FLOATS;
    const nodes = this.#nodes;
    if (nodes[at + 3] < 0) return 0;
    const dx = nodes[at] - x;
    const dy = nodes[at + 1] - y;
    const dz = nodes[at + 2] - z;
    // The factor accounts for radii that are rounded to 32 bits.
    const bound = Math.sqrt(dx * dx + dy * dy + dz * dz) - Math.sqrt(nodes[at + 3]) * (1 + 1e-6);
    return bound > 0 ? bound * bound : 0;
  }
}

/** The square distance of a point from the triangle at nodes[at …] (Ericson 2005, "Real-time collision detection", 5.1.5). */
function squareDistance(nodes: Float32Array, at: number, x: number, y: number, z: number): number {
  const ux = nodes[at + 4] - nodes[at];
  const uy = nodes[at + 5] - nodes[at + 1];
  const uz = nodes[at + 6] - nodes[at + 2];
  const vx = nodes[at + 8] - nodes[at];
  const vy = nodes[at + 9] - nodes[at + 1];
  const vz = nodes[at + 10] - nodes[at + 2];
  const px = x - nodes[at];
  const py = y - nodes[at + 1];
  const pz = z - nodes[at + 2];
  const to = (s: number, t: number) => {
    const dx = px - s * ux - t * vx;
    const dy = py - s * uy - t * vy;
    const dz = pz - s * uz - t * vz;
    return dx * dx + dy * dy + dz * dz;
  };
  const uu = ux * ux + uy * uy + uz * uz;
  const uv = ux * vx + uy * vy + uz * vz;
  const vv = vx * vx + vy * vy + vz * vz;
  const d1 = ux * px + uy * py + uz * pz;
  const d2 = vx * px + vy * py + vz * pz;
  if (d1 <= 0 && d2 <= 0) return to(0, 0);
  const d3 = d1 - uu;
  const d4 = d2 - uv;
  if (d3 >= 0 && d4 <= d3) return to(1, 0);
  const c = d1 * d4 - d3 * d2;
  if (c <= 0 && d1 >= 0 && d3 <= 0) return to(d1 / (d1 - d3), 0);
  const d5 = d1 - uv;
  const d6 = d2 - vv;
  if (d6 >= 0 && d5 <= d6) return to(0, 1);
  const b = d5 * d2 - d1 * d6;
  if (b <= 0 && d2 >= 0 && d6 <= 0) return to(0, d2 / (d2 - d6));
  const a = d3 * d6 - d5 * d4;
  if (a <= 0 && d4 >= d3 && d5 >= d6) {
    const along = (d4 - d3) / (d4 - d3 + (d5 - d6));
    return to(1 - along, along);
  }
  return to(b / (a + b + c), c / (a + b + c));
}
