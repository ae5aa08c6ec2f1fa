import { assertEquals, assertLess } from "@std/assert";
import { type Camera, cameraSegments, drawSegments, segmentsPly } from "../../mod.ts";

const viewer: Camera = {
  pose: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 5],
  width: 21,
  height: 11,
  focal: [20, 20],
  centre: [10.5, 5.5],
};

Deno.test("a line is drawn where the camera sees it, and not where it does not", () => {
  const colour = [1, 0, 0] as const;
  const picture = drawSegments([{ from: [-1, 0, 0], to: [1, 0, 0], colour }], viewer, 1);
  const red = (column: number, row: number) => picture.pixels[(row * 21 + column) * 3 + 1] < 0.5;
  assertEquals(Array.from({ length: 21 }, (_, column) => red(column, 5)).filter(Boolean).length, 9);
  assertEquals([red(10, 5), red(10, 3), red(3, 5), red(17, 5)], [true, false, false, false]);
  const behind = drawSegments([{ from: [0, 0, 9], to: [1, 0, 9], colour }], viewer);
  assertEquals(behind.pixels.every((value) => value === 1), true);
});

Deno.test("a camera is eleven lines, whose corners are the rays through the picture's corners", () => {
  const lines = cameraSegments([viewer], 2);
  assertEquals(lines.length, 11);
  for (const { from, to } of lines.filter(({ from }) => from[2] === 5).slice(0, 4)) {
    assertLess(Math.abs(Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]) - 2), 1e-12);
  }
  const ply = segmentsPly(lines).split("\n");
  assertEquals([ply[0], ply[2], ply[9]], ["ply", "element vertex 22", "element edge 11"]);
  assertEquals(ply.length, 13 + 22 + 11 + 1);
});
