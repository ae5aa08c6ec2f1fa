// @ts-check
/**
 * Thinning of lines with many points. It is JavaScript, because browsers get it as it is.
 *
 * @module
 */

/**
 * A point of a line, x and y.
 *
 * @typedef {[x: number, y: number]} Point
 */

/**
 * Thins a line to the points that are visible: of the points in one column of pixels, only the first, the lowest, the highest
 * and the last are kept. Peaks stay visible, and a long run does not make a large file.
 *
 * @param {readonly Point[]} points The points of the line in drawing order.
 * @param {(x: number) => number} columnOf Returns the column of a value of x.
 * @returns {Point[]}
 */
export function thin(points, columnOf) {
  /** @type {Point[]} */
  const kept = [];
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
