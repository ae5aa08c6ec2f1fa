/**
 * Thinning of lines with many points.
 *
 * @module
 */

/** A point of a line, x and y. */
export type Point = [x: number, y: number];

/**
 * Thins a line to the points that are visible: of the points in one column of pixels, only the first, the lowest, the highest
 * and the last are kept. Peaks stay visible, and a long run does not make a large file.
 *
 * @param points The points of the line in drawing order.
 * @param columnOf Returns the column of a value of x.
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
