import { cutEars, twiceArea, type WorkLeft } from "./cut_ears.ts";
import { projectPolygon } from "./polygon_plane.ts";

/** Polygons of up to so many corners, which a file may have millions of, are triangulated without building a tree. */
const SMALL = 8;

const smallX = new Float64Array(SMALL);
const smallY = new Float64Array(SMALL);

/**
 * Triangulates a polygon: as a fan if it is strictly convex, otherwise by cutting off ears (Meisters 1975). A polygon that is not
 * planar is projected along its mean normal (Newell). One that intersects itself or has no area gives some triangles too.
 *
 * @param positions `[vertices, 3]`.
 * @param corners The indices of at least 3 vertices, counter-clockwise as seen from outside.
 * @param work The work that is left; by default it is not limited.
 * @returns The indices of two fewer triangles than corners, three each, with the polygon's orientation, or undefined if no work is left.
 */
export function triangulate(
  positions: ArrayLike<number>,
  corners: ArrayLike<number>,
  work: WorkLeft = { left: Infinity },
): number[] | undefined {
  const count = corners.length;
  const isSmall = count <= SMALL;
  const [x, y] = isSmall ? [smallX, smallY] : [new Float64Array(count), new Float64Array(count)];
  const least = projectPolygon(positions, corners, x, y);
  const triangles = isConvex(x, y, least, count)
    ? fan(count)
    : isSmall
    ? cutSmall(x, y, least, count)
    : cutEars(x, y, least, work);
  if (triangles === undefined) return undefined;
  for (let i = 0; i < triangles.length; i++) triangles[i] = corners[triangles[i]];
  return triangles;
}

/** Whether the outline turns left at every corner. It may still wind around several times. */
function isConvex(x: Float64Array, y: Float64Array, least: number, count: number): boolean {
  for (let i = 0; i < count; i++) {
    const [before, after] = [i === 0 ? count - 1 : i - 1, i + 1 === count ? 0 : i + 1];
    if (!(twiceArea(x, y, before, i, after) > least)) return false;
  }
  return true;
}

function fan(count: number): number[] {
  const triangles: number[] = [];
  for (let i = 2; i < count; i++) triangles.push(0, i - 1, i);
  return triangles;
}

/** Does what `cutEars` does. */
function cutSmall(x: Float64Array, y: Float64Array, least: number, count: number): number[] {
  const left = [0, 1, 2, 3, 4, 5, 6, 7].slice(0, count);
  const triangles: number[] = [];
  for (let at = 0; left.length > 2;) {
    let ear = at;
    for (let tried = 0; tried < left.length; tried++) {
      const i = (at + tried) % left.length;
      if (isEar(x, y, least, left, i)) {
        ear = i;
        break;
      }
    }
    triangles.push(left[(ear + left.length - 1) % left.length], left[ear], left[(ear + 1) % left.length]);
    left.splice(ear, 1);
    at = (ear + 1) % left.length;
  }
  return triangles;
}

function isEar(x: Float64Array, y: Float64Array, least: number, left: readonly number[], i: number): boolean {
  const [a, b, c] = [left[(i + left.length - 1) % left.length], left[i], left[(i + 1) % left.length]];
  if (!(twiceArea(x, y, a, b, c) > least)) return false;
  const isAt = (p: number, corner: number) => x[p] === x[corner] && y[p] === y[corner];
  return !left.some((p) =>
    twiceArea(x, y, a, b, p) >= -least && twiceArea(x, y, b, c, p) >= -least && twiceArea(x, y, c, a, p) >= -least &&
    !isAt(p, a) && !isAt(p, b) && !isAt(p, c)
  );
}
