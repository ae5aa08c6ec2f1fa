/**
 * Fewer points for the same line.
 *
 * @module
 */

/** A point of a line, x and y. */
export type Point = [x: number, y: number];

/**
 * Thins a line to what can be seen: of the points that share a column of pixels, only the first, the lowest, the highest
 * and the last are kept, so that peaks stay and a long run does not make a huge file.
 *
 * @param points The line, in drawing order.
 * @param columnOf The column of an x.
 */
export function thin(points: readonly Point[], columnOf: (x: number) => number): Point[] {
  const kept: Point[] = [];
  for (let begin = 0; begin < points.length;) {
    const column = columnOf(points[begin][0]);
    let [low, high, end] = [begin, begin, begin];
    for (; end < points.length && columnOf(points[end][0]) === column; end++) {
      if (points[end][1] < points[low][1]) low = end;
      if (points[end][1] > points[high][1]) high = end;
    }
    const chosen = new Set([begin, low, high, end - 1].sort((a, b) => a - b));
    for (const index of chosen) kept.push(points[index]);
    begin = end;
  }
  return kept;
}
