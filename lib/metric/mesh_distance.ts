import { checkOptions } from "../hyperparameter/members.ts";
import { areaVector } from "../data/mesh/inspect.ts";
import type { Mesh } from "../codec/mesh/mesh.ts";
import { NearestOnMesh } from "../data/mesh/nearest.ts";

/** The distance between two surfaces. */
export interface MeshDistance {
  /** Chamfer distance: the mean of the two distances below, in the units of the meshes. */
  readonly chamfer: number;
  /** Mean distance of points on the result from the target, in the units of the meshes. */
  readonly resultToTarget: number;
  /** Mean distance of points on the target from the result. It is large if parts of the target are missing. */
  readonly targetToResult: number;
  /** Mean |cosine| between a point's normal and the normal at the nearest point of the other surface, in both directions; at most 1. */
  readonly normalConsistency: number;
}

/**
 * Compares two surfaces. Points are spread evenly over the area of each, and their exact distances from the other surface are
 * measured (not from points on it, so equal surfaces have distance 0). The same meshes always give the same figures.
 *
 * @param result The reconstruction.
 * @param target The surface that it should equal.
 * @param options.count Points on each surface; 30 000 by default.
 * @throws {Error} If one of the meshes has no faces.
 */
export function compareMeshes(result: Mesh, target: Mesh, options: { readonly count?: number } = {}): MeshDistance {
  checkOptions("compareMeshes", options, { count: true });
  const { count = 30_000 } = options;
  const forth = oneWay(result, target, count);
  const back = oneWay(target, result, count);
  return {
    chamfer: (forth.distance + back.distance) / 2,
    resultToTarget: forth.distance,
    targetToResult: back.distance,
    normalConsistency: (forth.cosine + back.cosine) / 2,
  };
}

function oneWay(from: Mesh, to: Mesh, count: number): { distance: number; cosine: number } {
  const nearest = new NearestOnMesh(to);
  let [distance, cosine, points] = [0, 0, 0];
  for (const { face, x, y, z } of spread(from, count)) {
    const found = nearest.find(x, y, z);
    distance += found.distance;
    cosine += Math.abs(cosineBetween(areaVector(from, face), areaVector(to, found.face)));
    points++;
  }
  return { distance: distance / points, cosine: cosine / points };
}

/**
 * Spreads points over a surface, one for each of `count` equal parts of its area in the order of the faces. Within a face they
 * follow an additive recurrence (Roberts 2018, "The unreasonable effectiveness of quasirandom sequences").
 */
function* spread(mesh: Mesh, count: number): Generator<{ face: number; x: number; y: number; z: number }> {
  const { positions, indices } = mesh;
  const faces = indices.length / 3;
  const areas = Float64Array.from({ length: faces }, (_, face) => Math.hypot(...areaVector(mesh, face)));
  const part = areas.reduce((sum, area) => sum + area, 0) / count;
  let due = part / 2;
  for (let face = 0, k = 0; face < faces; face++) {
    for (due -= areas[face]; due < 0; due += part, k++) {
      let [s, t] = [0.7548776662466927 * k % 1, 0.5698402909980532 * k % 1];
      if (s + t > 1) [s, t] = [1 - s, 1 - t];
      const [a, b, c] = [3 * indices[3 * face], 3 * indices[3 * face + 1], 3 * indices[3 * face + 2]];
      const [x, y, z] = [0, 1, 2].map((axis) =>
        (1 - s - t) * positions[a + axis] + s * positions[b + axis] + t * positions[c + axis]
      );
      yield { face, x, y, z };
    }
  }
}

/** The cosine of the angle between two vectors; 0 if one of them is zero. */
function cosineBetween(a: readonly number[], b: readonly number[]): number {
  const norms = Math.hypot(...a) * Math.hypot(...b);
  return norms > 0 ? (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) / norms : 0;
}
