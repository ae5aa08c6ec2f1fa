import { type Grid, MARGIN } from "./marching_cubes.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";

/** The number of bisection steps. */
const HALVINGS = 5;

/**
 * Moves the vertices of `marchingCubes` along their grid edges to where the function itself is 0. The zero is bracketed by five steps
 * of bisection, then interpolated linearly on the remaining 32nd of the edge. Linear interpolation between the grid's samples alone
 * gives terraces where the function is steep and then flat, as the logits of a trained field are. The faces stay unchanged.
 *
 * @param mesh The result of `marchingCubes` for this function; its positions are overwritten.
 * @param grid The grid on which it was made.
 * @param values Evaluates the function at points `[n, 3]`; must return a new array `[n]` each time.
 */
export async function refineVertices(
  { positions }: Mesh,
  grid: Grid,
  values: (points: Float32Array) => Promise<Float32Array>,
): Promise<void> {
  const count = positions.length / 3;
  const { axes, firsts } = edgesOf(positions, grid);
  const { origin, spacing } = grid;
  const points = new Float32Array(positions);
  const place = (i: number, part: number) => {
    points[3 * i + axes[i]] = origin[axes[i]] + spacing * (firsts[i] + part);
  };
  const { low, high, atLow, atHigh } = await bisect(count, (part) => {
    for (let i = 0; i < count; i++) place(i, part(i));
    return values(points);
  });
  for (let i = 0; i < count; i++) {
    // If the sign does not change, the vertex stays where it was. This happens at the border, whose samples always count as outside, or
    // if values differ from the grid's samples in their last bits.
    if (atLow[i] > 0 === atHigh[i] > 0) {
      points[3 * i + axes[i]] = positions[3 * i + axes[i]];
      continue;
    }
    const part = low[i] + (high[i] - low[i]) * atLow[i] / (atLow[i] - atHigh[i]);
    place(i, Math.min(1 - MARGIN, Math.max(MARGIN, part)));
  }
  positions.set(points);
}

/** The grid edge of each vertex. */
interface Edges {
  /** `[count]`: the axis along which the edge runs. */
  readonly axes: Uint8Array;
  /** `[count]`: the index, along that axis, of the grid point at which the edge begins. */
  readonly firsts: Int32Array;
}

/** Finds the edges: a vertex is on the one along the axis on which its coordinate is farthest from a grid point. */
function edgesOf(positions: Mesh["positions"], { origin, spacing }: Grid): Edges {
  const count = positions.length / 3;
  const axes = new Uint8Array(count);
  const firsts = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    let farthest = -1;
    for (let axis = 0; axis < 3; axis++) {
      const along = (positions[3 * i + axis] - origin[axis]) / spacing;
      const off = Math.abs(along - Math.round(along));
      if (off <= farthest) continue;
      farthest = off;
      axes[i] = axis;
      firsts[i] = Math.floor(along);
    }
  }
  return { axes, firsts };
}

/** Brackets of zeros, all arrays `[count]`. */
interface Brackets {
  /** The ends of each bracket, as parts of the vertex's edge in [0, 1]. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** The function at these ends. */
  readonly atLow: Float32Array;
  readonly atHigh: Float32Array;
}

/**
 * Brackets the function's zero on each edge by bisection.
 *
 * @param valuesAt Evaluates the function at a point of each edge, given as a part of that edge.
 */
async function bisect(
  count: number,
  valuesAt: (part: (i: number) => number) => Promise<Float32Array>,
): Promise<Brackets> {
  const [low, high] = [new Float32Array(count), new Float32Array(count).fill(1)];
  const atLow = await valuesAt(() => 0);
  const atHigh = await valuesAt(() => 1);
  for (let round = 0; round < HALVINGS; round++) {
    const middle = (i: number) => (low[i] + high[i]) / 2;
    const found = await valuesAt(middle);
    for (let i = 0; i < count; i++) {
      const [end, atEnd] = found[i] > 0 === atLow[i] > 0 ? [low, atLow] : [high, atHigh];
      end[i] = middle(i);
      atEnd[i] = found[i];
    }
  }
  return { low, high, atLow, atHigh };
}
