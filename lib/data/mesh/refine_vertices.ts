import { type Grid, MARGIN } from "./marching_cubes.ts";
import type { Mesh } from "../../codec/mesh/mesh.ts";

/** Halvings of the stretch of an edge that a zero lies in. */
const HALVINGS = 5;

/**
 * Moves the vertices that `marchingCubes` made along their grid edges to where the function itself is 0: it is halved five times
 * where its sign changes, and taken as straight on what is left, a 32nd of an edge. Straight lines between samples alone leave
 * terraces wherever the function is steep and then flat, as the logits of a trained field are. The faces stay as they are.
 *
 * @param mesh As `marchingCubes` made it of the function; its positions are overwritten.
 * @param grid What it was made on.
 * @param values The function at points `[n, 3]`: `[n]`, a new array each time.
 */
export async function refineVertices(
  { positions }: Mesh,
  { origin, spacing }: Grid,
  values: (points: Float32Array) => Promise<Float32Array>,
): Promise<void> {
  const count = positions.length / 3;
  const axes = new Uint8Array(count);
  const points = new Float32Array(positions);
  // A vertex lies between two grid points of the one axis along which it is none.
  const firsts = new Int32Array(count);
  const place = (i: number, part: number) => {
    points[3 * i + axes[i]] = origin[axes[i]] + spacing * (firsts[i] + part);
  };
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
  // Where the stretch begins and ends, in parts of the edge, and the function there.
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
  for (let i = 0; i < count; i++) {
    // No sign changes at the border, where samples counted as outside whatever they are, or where values differ from the samples'
    // in their last bits: then the vertex stays where it was.
    if (atLow[i] > 0 === atHigh[i] > 0) {
      points[3 * i + axes[i]] = positions[3 * i + axes[i]];
      continue;
    }
    const part = low[i] + (high[i] - low[i]) * atLow[i] / (atLow[i] - atHigh[i]);
    place(i, Math.min(1 - MARGIN, Math.max(MARGIN, part)));
  }
  positions.set(points);

  /** The function at a part of each vertex's edge. */
  function valuesAt(part: (i: number) => number): Promise<Float32Array> {
    for (let i = 0; i < count; i++) place(i, part(i));
    return values(points);
  }
}
