import { NODE_FLOATS, type WindingTree } from "./winding_tree.ts";

/**
 * The winding number of a mesh at one point, on the host, with the formulas of `winding_number.wgsl`.
 *
 * @param tree The hierarchy over the mesh's triangles.
 */
export function windingAt({ nodes, faces }: WindingTree, x: number, y: number, z: number): number {
  let sum = 0;
  for (let node = 1; node < 2 * faces;) {
    const at = node * NODE_FLOATS;
    const [rx, ry, rz] = [nodes[at] - x, nodes[at + 1] - y, nodes[at + 2] - z];
    const square = rx * rx + ry * ry + rz * rz;
    if (nodes[at + 3] >= 0 && square <= nodes[at + 3]) {
      node *= 2;
      continue;
    }
    sum += nodes[at + 3] < 0 ? solidAngle(nodes, at, x, y, z) / (4 * Math.PI) : expansion(nodes, at, rx, ry, rz);
    // The next node in depth-first order; after the last one this is the root again.
    const next = node + 1;
    node = next >>> (31 - Math.clz32(next & -next));
    if (node === 1) break;
  }
  return sum;
}

/** What a group of triangles that is far away adds. */
function expansion(nodes: Float32Array, at: number, rx: number, ry: number, rz: number): number {
  const square = rx * rx + ry * ry + rz * rz;
  const [nx, ny, nz, xx] = [nodes[at + 4], nodes[at + 5], nodes[at + 6], nodes[at + 7]];
  const [yy, xy, xz, yz] = [nodes[at + 8], nodes[at + 9], nodes[at + 10], nodes[at + 11]];
  const quadratic = rx * (xx * rx + xy * ry + xz * rz) + ry * (xy * rx + yy * ry + yz * rz) +
    rz * (xz * rx + yz * ry - (xx + yy) * rz);
  return (nx * rx + ny * ry + nz * rz - 3 * quadratic / square) / (square * Math.sqrt(square));
}

/** The solid angle of a triangle as seen from a point; positive if its back is seen (van Oosterom & Strackee 1983). */
function solidAngle(nodes: Float32Array, at: number, x: number, y: number, z: number): number {
  const [ax, ay, az] = [nodes[at] - x, nodes[at + 1] - y, nodes[at + 2] - z];
  const [bx, by, bz] = [nodes[at + 4] - x, nodes[at + 5] - y, nodes[at + 6] - z];
  const [cx, cy, cz] = [nodes[at + 8] - x, nodes[at + 9] - y, nodes[at + 10] - z];
  const [a, b, c] = [Math.hypot(ax, ay, az), Math.hypot(bx, by, bz), Math.hypot(cx, cy, cz)];
  const above = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
  const below = a * b * c + (ax * bx + ay * by + az * bz) * c + (bx * cx + by * cy + bz * cz) * a +
    (cx * ax + cy * ay + cz * az) * b;
  return above === 0 ? 0 : 2 * Math.atan2(above, below);
}
