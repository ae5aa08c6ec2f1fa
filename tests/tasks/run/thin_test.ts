import { assert, assertEquals } from "@std/assert";
import { type Point, thin } from "../../../tasks/run/chart/thin.js";

Deno.test("a column keeps its first, lowest, highest and last point, in order", () => {
  const points: Point[] = [[0, 5], [0.1, 9], [0.2, 6], [0.3, 1], [0.4, 4], [1, 2], [1.5, 3]];
  assertEquals(thin(points, Math.floor), [[0, 5], [0.1, 9], [0.3, 1], [0.4, 4], [1, 2], [1.5, 3]]);
});

Deno.test("points that all have their own column stay", () => {
  const points: Point[] = [[0, 1], [1, 0], [2, 1]];
  assertEquals(thin(points, Math.floor), points);
  assertEquals(thin([], Math.floor), []);
});

Deno.test("a long line becomes short and keeps its peak", () => {
  const points = Array.from({ length: 100_000 }, (_, i): Point => [i, i === 54_321 ? 99 : Math.sin(i)]);
  const thinned = thin(points, (x) => Math.floor(x / 200));
  assert(thinned.length <= 4 * 500);
  assert(thinned.some(([x, y]) => x === 54_321 && y === 99));
});
