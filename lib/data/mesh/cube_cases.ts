/**
 * The 256 cases of marching cubes: the ways in which a surface can pass through a grid cell. They are computed when they are first met.
 *
 * Corner c of a cell is at (c & 1, c >> 1 & 1, c >> 2), and edge 4·axis + k joins the k-th corner whose bit `axis` is 0 to the
 * one whose bit is 1. On each side of the cell, the intersection with the surface depends on the side's four corners alone. If it
 * is ambiguous (inside and outside corners alternate), the inside corners are separated. Two cells that share
 * a side therefore always agree, so there are no cracks. The intersection lines form loops, and each loop is
 * triangulated without a diagonal that lies in a side of the cell, since the neighbouring cell might have the same diagonal. So
 * every edge of the surface has exactly two faces.
 *
 * @module
 */

/** The two corners of each edge of a cell; the one with the smaller coordinate is first. */
export const CELL_EDGES: readonly (readonly [number, number])[] = [0, 1, 2].flatMap((axis) =>
  [0, 1, 2, 3, 4, 5, 6, 7].filter((corner) => (corner >> axis & 1) === 0).map((corner): [number, number] => [
    corner,
    corner | 1 << axis,
  ])
);

/** The four corners of each side, counter-clockwise as seen from outside. */
const SIDES: readonly (readonly number[])[] = [0, 1, 2].flatMap((axis) => {
  const [u, v] = [1 << (axis + 1) % 3, 1 << (axis + 2) % 3];
  const top = 1 << axis;
  return [[top, top | u, top | u | v, top | v], [0, v, u | v, u]];
});

function edgeBetween(a: number, b: number): number {
  return CELL_EDGES.findIndex(([low, high]) => low === Math.min(a, b) && high === Math.max(a, b));
}

/** The sides to which each edge belongs, as bits. */
const SIDES_OF_EDGE: readonly number[] = CELL_EDGES.map(([low, high]) =>
  SIDES.reduce((bits, side, i) => side.includes(low) && side.includes(high) ? bits | 1 << i : bits, 0)
);

const cases: (readonly number[])[] = [];

/**
 * The triangles for a set of inside corners (bit c: corner c is inside): the edges on which their corners lie, three per
 * triangle, counter-clockwise as seen from outside the surface.
 */
export function cubeCase(inside: number): readonly number[] {
  return cases[inside] ??= loopsOf(inside).flatMap(triangulate);
}

/** The closed lines in which the surface intersects the sides of a cell, each as a sequence of edges. */
function loopsOf(inside: number): number[][] {
  const isInside = (corner: number) => (inside >> corner & 1) === 1;
  const next = new Map<number, number>();
  for (const side of SIDES) {
    for (let i = 0; i < 4; i++) {
      // Going around the side, the line runs from the edge that enters the inside to the next edge that leaves it.
      if (!isInside(side[i]) || isInside(side[(i + 1) % 4])) continue;
      let enter = i;
      while (isInside(side[(enter + 3) % 4])) enter = (enter + 3) % 4;
      next.set(edgeBetween(side[(enter + 3) % 4], side[enter]), edgeBetween(side[i], side[(i + 1) % 4]));
    }
  }
  const loops: number[][] = [];
  while (next.size > 0) {
    const loop: number[] = [];
    for (let edge = next.keys().next().value!; next.has(edge);) {
      loop.push(edge);
      const following = next.get(edge)!;
      next.delete(edge);
      edge = following;
    }
    loops.push(loop);
  }
  return loops;
}

/** Triangulates a loop so that all diagonals run through the interior of the cell. */
function triangulate(loop: readonly number[]): number[] {
  const cut = (from: number, to: number): number[] | undefined => {
    if (to - from < 2) return [];
    for (let middle = from + 1; middle < to; middle++) {
      if (isInSide(from, middle) || isInSide(middle, to)) continue;
      const [before, after] = [cut(from, middle), cut(middle, to)];
      if (before && after) return [...before, loop[from], loop[middle], loop[to], ...after];
    }
    return undefined;
  };
  const isInSide = (a: number, b: number) => {
    const neighbours = b - a === 1 || (a === 0 && b === loop.length - 1);
    return !neighbours && (SIDES_OF_EDGE[loop[a]] & SIDES_OF_EDGE[loop[b]]) !== 0;
  };
  return cut(0, loop.length - 1)!;
}
