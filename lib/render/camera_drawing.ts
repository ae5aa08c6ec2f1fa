import {
  addScaled,
  type Camera,
  cameraRay,
  dot,
  poseColumn,
  poseOf,
  projectPoint,
  type Vector3,
} from "../data/scene/camera.ts";
import { lookingAt } from "./camera_path.ts";
import type { Picture } from "../codec/image/picture.ts";

/** A coloured line segment. */
export interface Line {
  /** The first end. */
  readonly from: Vector3;
  /** The second end. */
  readonly to: Vector3;
  /** The colour, RGB in [0, 1]. */
  readonly colour: Vector3;
}

const AXES: readonly Vector3[] = [[0.85, 0.1, 0.1], [0.1, 0.6, 0.1], [0.1, 0.2, 0.9]];
const FRAME: Vector3 = [0.35, 0.35, 0.35];

/** The margin at each edge of a picture, as a part of its size. */
const MARGIN = 0.03;

/**
 * Draws cameras as line segments: their axes (x, right, in red; y, up, in green; z, back, in blue) and the pyramids of their fields
 * of view, whose edges are the rays through the corners of the picture.
 *
 * @param length Length of the pyramids' edges, in units of the poses.
 * @param frame Colour of the pyramids, RGB in [0, 1]; dark grey by default.
 */
export function cameraSegments(cameras: readonly Camera[], length: number, frame: Vector3 = FRAME): Line[] {
  return cameras.flatMap((camera) => {
    const { pose, width, height } = camera;
    const position = poseColumn(pose, 3);
    const axes = AXES.map((colour, i) => ({
      from: position,
      to: addScaled(position, poseColumn(pose, i), length / 2),
      colour,
    }));
    const corners = [[0, 0], [width, 0], [width, height], [0, height]].map(([column, row]) => {
      const { origin, direction } = cameraRay(camera, column, row);
      return addScaled(origin, direction, length);
    });
    const edges = corners.flatMap((corner, i) => [
      { from: position, to: corner, colour: frame },
      { from: corner, to: corners[(i + 1) % 4], colour: frame },
    ]);
    return [...edges, ...axes];
  });
}

/**
 * A camera whose picture shows all given line segments, with the outermost at its margin.
 *
 * @param direction The direction from the segments to the camera, of any length.
 * @param up The direction that is up in the picture; not parallel to `direction`.
 * @param size Size of the picture in pixels.
 */
export function cameraBefore(
  segments: readonly Line[],
  direction: Vector3,
  up: Vector3,
  { width, height }: { readonly width: number; readonly height: number },
): Camera {
  const ends = segments.flatMap(({ from, to }) => [from, to]);
  const axes = lookingAt(direction, [0, 0, 0], up);
  const columns = [0, 1, 2].map((column) => poseColumn(axes, column));
  const ranges = columns.map((axis) => {
    const places = ends.map((end) => dot(axis, end));
    return [places.reduce((a, b) => Math.min(a, b)), places.reduce((a, b) => Math.max(a, b))];
  });
  const middle = columns.reduce<Vector3>(
    (sum, axis, i) => addScaled(sum, axis, (ranges[i][0] + ranges[i][1]) / 2),
    [0, 0, 0],
  );
  const focal = 1.2 * Math.max(width, height);
  const [right, above, back] = columns;
  // A point at (x, y, z) in these axes appears |x| focal/(distance − z) from the middle.
  const distance = ends.reduce((most, end) => {
    const offset = addScaled(end, middle, -1);
    const needed = Math.max(Math.abs(dot(right, offset)) / width, Math.abs(dot(above, offset)) / height);
    return Math.max(most, dot(back, offset) + needed * focal / (0.5 - MARGIN));
  }, 1e-6);
  return {
    pose: poseOf(right, above, back, addScaled(middle, back, distance)),
    width,
    height,
    focal: [focal, focal],
    centre: [width / 2, height / 2],
  };
}

/** Encodes line segments as an ASCII PLY file of coloured vertices and edges, which mesh viewers can open. */
export function segmentsPly(segments: readonly Line[]): string {
  const vertices = segments.flatMap(({ from, to, colour }) =>
    [from, to].map((point) => `${point.join(" ")} ${colour.map((value) => Math.round(255 * value)).join(" ")}`)
  );
  return [
    "ply",
    "format ascii 1.0",
    `element vertex ${vertices.length}`,
    ...["x", "y", "z"].map((axis) => `property float ${axis}`),
    ...["red", "green", "blue"].map((channel) => `property uchar ${channel}`),
    `element edge ${segments.length}`,
    "property int vertex1",
    "property int vertex2",
    "end_header",
    ...vertices,
    ...segments.map((_, i) => `${2 * i} ${2 * i + 1}`),
    "",
  ].join("\n");
}

/** Draws line segments as a camera sees them, `thickness` pixels wide on white. Segments with an end behind the camera are left out. */
export function drawSegments(segments: readonly Line[], camera: Camera, thickness = 1.5): Picture {
  const { width, height } = camera;
  const pixels = new Float32Array(width * height * 3).fill(1);
  for (const { from, to, colour } of segments) {
    const [a, b] = [projectPoint(camera, from), projectPoint(camera, to)];
    if (a === undefined || b === undefined) continue;
    const reach = Math.ceil(thickness);
    const [along, across] = [b[0] - a[0], b[1] - a[1]];
    const squared = along ** 2 + across ** 2;
    const span = (i: 0 | 1, limit: number): [number, number] => [
      Math.max(0, Math.floor(Math.min(a[i], b[i])) - reach),
      Math.min(limit - 1, Math.ceil(Math.max(a[i], b[i])) + reach),
    ];
    const [left, right] = span(0, width);
    const [top, bottom] = span(1, height);
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const [x, y] = [column + 0.5 - a[0], row + 0.5 - a[1]];
        const share = squared === 0 ? 0 : Math.min(1, Math.max(0, (x * along + y * across) / squared));
        const distance = Math.hypot(x - share * along, y - share * across);
        const cover = Math.min(1, Math.max(0, thickness / 2 + 0.5 - distance));
        for (let c = 0; c < 3; c++) {
          const at = (row * width + column) * 3 + c;
          pixels[at] += cover * (colour[c] - pixels[at]);
        }
      }
    }
  }
  return { width, height, channels: 3, pixels };
}
