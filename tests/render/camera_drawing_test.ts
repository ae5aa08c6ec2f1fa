import { assertEquals, assertLess } from "@std/assert";
import { type Camera, projectPoint } from "../../lib/data/scene/mod.ts";
import { cameraSegments, drawSegments, segmentsPly } from "../../lib/render/mod.ts";
import { cameraBefore } from "../../lib/render/camera_drawing.ts";

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

Deno.test("a camera before lines sees all of them, up to its picture's margin", () => {
  const lines = cameraSegments([viewer, { ...viewer, pose: [0, 0, 1, 9, 0, 1, 0, 2, -1, 0, 0, 1] }], 2);
  const size = { width: 90, height: 70 };
  const camera = cameraBefore(lines, [1, -2, 0.7], [0, 0, 1], size);
  const shares = lines.flatMap(({ from, to }) => [from, to]).map((end) => {
    const [column, row] = projectPoint(camera, end)!;
    return Math.max(Math.abs(column / size.width - 0.5), Math.abs(row / size.height - 0.5));
  });
  assertLess(Math.abs(Math.max(...shares) - 0.47), 1e-9);
});

Deno.test("frames have the colour that is asked for", () => {
  const orange = [0.95, 0.5, 0] as const;
  assertEquals(cameraSegments([viewer], 2, orange).filter(({ colour }) => colour === orange).length, 8);
});
