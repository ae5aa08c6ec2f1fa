import { oddEdges } from "./odd_edges.ts";
import type { Surface } from "./surface.ts";

/**
 * Finds faces with a turned twin: a face with the same corners that shows its other side, so that both cancel. Where two bodies have a side
 * in common, or where a wall divides a body, that is how it should be. But where a part of the surface has nothing but twins, or has holes without them, a program wrote
 * each face for both sides; then one of each two is left out, if that makes the part closed.
 *
 * @param surface A surface without duplicates.
 * @returns The surface, in which faces may be oriented against each other, the number of faces that have a turned twin and should not, and
 * how many of them were left out.
 */
export function leaveOutTwins(surface: Surface): { surface: Surface; twins: number; leftOut: number } {
  const { groups, faces } = surface;
  if (groups.count === faces) return { surface, twins: 0, leftOut: 0 };
  // The first and the second face of each two.
  const [first, second] = [new Uint8Array(faces), new Uint8Array(faces)];
  const seen = new Uint8Array(groups.count);
  for (let face = 0; face < faces; face++) {
    const group = groups.of[face];
    if (groups.zeros[group] !== 1 || groups.ones[group] !== 1) continue;
    (seen[group] === 1 ? second : first)[face] = 1;
    seen[group] = 1;
  }
  const { of } = surface.parts;
  const doubtful = doubtfulParts(surface, first, second);
  const drop = second.map((is, face) => is & doubtful[of[face]]);
  const twins = 2 * drop.reduce((sum, is) => sum + is, 0);
  if (twins === 0) return { surface, twins, leftOut: 0 };
  // The parts that are closed without the twins.
  const single = surface.without((face) => drop[face] === 1);
  const mended = doubtful.slice();
  for (let face = 0, at = 0; face < faces; face++) {
    if (drop[face] === 1) continue;
    if (single.parts.closed[single.parts.of[at++]] === 0) mended[of[face]] = 0;
  }
  const left = surface.without((face) => drop[face] === 1 && mended[of[face]] === 1);
  return { surface: left, twins, leftOut: faces - left.faces };
}

/** Finds the parts that have nothing but twins and are no walls, or that are not closed without them. */
function doubtfulParts(surface: Surface, first: Uint8Array, second: Uint8Array): Uint8Array {
  const { edges, parts } = surface;
  const twins = first.map((is, face) => is | second[face]);
  const odd = oddEdges(edges, parts, twins);
  const hasOthers = new Uint8Array(parts.count);
  for (let face = 0; face < parts.of.length; face++) if (twins[face] === 0) hasOthers[parts.of[face]] = 1;
  const walls = findWalls(surface, first, hasOthers);
  return hasOthers.map((has, part) => (has === 0 ? walls[part] === 0 : odd[part] > 0) ? 1 : 0);
}

/**
 * Finds the parts of nothing but twins that are walls: that have a border, all of which lies on other parts.
 *
 * @param first `[faces]`: 1 for the first of two twins.
 * @param hasOthers `[parts]`: 1 for parts that have other faces too.
 */
function findWalls({ edges, parts }: Surface, first: Uint8Array, hasOthers: Uint8Array): Uint8Array {
  const sides = new Uint32Array(edges.count);
  const part = new Uint32Array(edges.count);
  for (let side = 0; side < edges.of.length; side++) {
    const face = Math.floor(side / 3);
    if (first[face] === 0 || hasOthers[parts.of[face]] === 1) continue;
    sides[edges.of[side]]++;
    part[edges.of[side]] = parts.of[face];
  }
  const [hasBorder, isLoose] = [new Uint8Array(parts.count), new Uint8Array(parts.count)];
  for (let edge = 0; edge < edges.count; edge++) {
    if (sides[edge] % 2 === 0) continue;
    hasBorder[part[edge]] = 1;
    if (edges.sides[edge] === 2 * sides[edge]) isLoose[part[edge]] = 1;
  }
  return hasBorder.map((has, i) => has & (1 - isLoose[i]));
}
