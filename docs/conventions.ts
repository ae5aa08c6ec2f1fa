/**
 * Draws the picture of conventions.md:
 *
 *     deno run -A docs/conventions.ts
 *
 * @module
 */
import { encodePng } from "../mod.ts";
import { addScaled, type Camera, cameraRay, poseColumn, type Vector3 } from "../lib/data/scene/mod.ts";
import { cameraSegments, drawSegments, type Line, lookingAt } from "../lib/render/mod.ts";

const grey: Vector3 = [0.72, 0.72, 0.72];
const orange: Vector3 = [0.95, 0.5, 0];

// A camera of 6 × 4 pixels that looks at the origin of the world.
const camera: Camera = {
  pose: lookingAt([2.6, -1.6, 1.5], [0, 0, 0.2], [0, 0, 1]),
  width: 6,
  height: 4,
  focal: [6, 6],
  centre: [3, 2],
};
const at = (column: number, row: number): Vector3 => {
  // On the plane of the picture, which is drawn one unit before the camera.
  const { origin, direction } = cameraRay(camera, column, row);
  const back = poseColumn(camera.pose, 2);
  const depth = -(direction[0] * back[0] + direction[1] * back[1] + direction[2] * back[2]);
  return addScaled(origin, direction, 1 / depth);
};
const grid: Line[] = [
  ...Array.from({ length: 7 }, (_, i) => ({ from: at(i, 0), to: at(i, 4), colour: grey })),
  ...Array.from({ length: 5 }, (_, i) => ({ from: at(0, i), to: at(6, i), colour: grey })),
];
// The ray through the centre of the pixel in column 4 of row 1, with the ends of its intervals.
const { origin, direction } = cameraRay(camera, 4.5, 1.5);
const [near, far, intervals] = [2, 4.6, 8];
const edges = Array.from(
  { length: intervals + 1 },
  (_, i) => addScaled(origin, direction, near + (far - near) * i / intervals),
);
const tick = poseColumn(camera.pose, 1);
const ray: Line[] = [
  { from: origin, to: addScaled(origin, direction, far), colour: orange },
  ...edges.map((edge) => ({ from: addScaled(edge, tick, -0.06), to: addScaled(edge, tick, 0.06), colour: orange })),
];
const world: Line[] = ([[0.85, 0.1, 0.1], [0.1, 0.6, 0.1], [0.1, 0.2, 0.9]] as const).map((colour, i) => ({
  from: [0, 0, 0],
  to: [0, 1, 2].map((k) => k === i ? 0.7 : 0) as unknown as Vector3,
  colour,
}));
const viewer: Camera = {
  pose: lookingAt([2.2, -5.2, 3.4], [1.45, -0.75, 0.85], [0, 0, 1]),
  width: 760,
  height: 400,
  focal: [1080, 1080],
  centre: [380, 200],
};
const picture = drawSegments(
  [...grid, ...cameraSegments([camera], Math.hypot(1, 3 / 6, 2 / 6)), ...world, ...ray],
  viewer,
  2.2,
);
await Deno.writeFile(new URL("conventions.png", import.meta.url), encodePng(picture));
