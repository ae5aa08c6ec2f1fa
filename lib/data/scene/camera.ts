/** A direction or point in space. */
export type Vector3 = readonly [number, number, number];

/**
 * Radial-tangential lens distortion (Brown 1966) as OpenCV defines it. For image coordinates x = X/Z, y = Y/Z of the ideal camera,
 * with y pointing down: x_d = x(1 + k₁r² + k₂r⁴ + k₃r⁶) + 2p₁xy + p₂(r² + 2x²), and y_d likewise with p₁ and p₂ swapped.
 */
export interface Distortion {
  /** The coefficient of r². */
  readonly k1: number;
  /** The coefficient of r⁴. */
  readonly k2: number;
  /** The coefficient of r⁶. */
  readonly k3: number;
  /** The first tangential coefficient. */
  readonly p1: number;
  /** The second tangential coefficient. */
  readonly p2: number;
}

/**
 * A camera in the project's convention (docs/conventions.md): it looks along its −z axis, x points right and y up. Pixels are
 * counted from the upper left corner, and their centres are at half-integers.
 */
export interface Camera {
  /** The camera-to-world matrix, 3 × 4 row-major, with the columns right, up, back and position. */
  readonly pose: readonly number[];
  /** Width of the picture in pixels. */
  readonly width: number;
  /** Height of the picture in pixels. */
  readonly height: number;
  /** Focal lengths in pixels. */
  readonly focal: readonly [x: number, y: number];
  /** The principal point in pixels from the upper left corner of the picture. */
  readonly centre: readonly [x: number, y: number];
  /** The lens distortion, if there is any. */
  readonly distortion?: Distortion;
}

/** A ray: a half-line. */
export interface Ray {
  /** The point where the ray starts. */
  readonly origin: Vector3;
  /** The direction, of unit length. */
  readonly direction: Vector3;
}

/** A column of a pose: 0 for right, 1 for up, 2 for back, 3 for the position. */
export function poseColumn(pose: readonly number[], column: number): Vector3 {
  return [pose[column], pose[4 + column], pose[8 + column]];
}

/** Makes a pose from its columns. */
export function poseOf(right: Vector3, up: Vector3, back: Vector3, position: Vector3): number[] {
  return [0, 1, 2].flatMap((i) => [right[i], up[i], back[i], position[i]]);
}

/**
 * The ray through a point of the picture, with the distortion undone. It is computed in f64.
 *
 * @param column Distance from the left edge in pixels; the centre of the first column is at 0.5.
 * @param row Distance from the upper edge in pixels.
 */
export function cameraRay({ pose, focal, centre, distortion }: Camera, column: number, row: number): Ray {
  const distorted: [number, number] = [(column - centre[0]) / focal[0], (row - centre[1]) / focal[1]];
  const [x, y] = distortion === undefined ? distorted : undistort(distorted, distortion);
  const local: Vector3 = [x, -y, -1];
  const direction = [0, 1, 2].map((i) =>
    pose[4 * i] * local[0] + pose[4 * i + 1] * local[1] + pose[4 * i + 2] * local[2]
  );
  return { origin: poseColumn(pose, 3), direction: normalise(direction as unknown as Vector3) };
}

/**
 * Projects a point to the picture, with distortion: [column, row] in pixels; undefined if the point is behind the camera. It is
 * computed in f64.
 */
export function projectPoint(camera: Camera, point: Vector3): [column: number, row: number] | undefined {
  const { pose, focal, centre, distortion } = camera;
  const offset = point.map((value, i) => value - pose[4 * i + 3]);
  const [right, up, back] = [0, 1, 2].map((column) => dot(poseColumn(pose, column), offset as unknown as Vector3));
  if (back >= 0) return undefined;
  const ideal: [number, number] = [right / -back, up / back];
  const [x, y] = distortion === undefined ? ideal : distort(ideal, distortion);
  return [x * focal[0] + centre[0], y * focal[1] + centre[1]];
}

/** The camera for the same picture in another size. */
export function resizeCamera(camera: Camera, width: number, height: number): Camera {
  const [x, y] = [width / camera.width, height / camera.height];
  const { focal, centre } = camera;
  return { ...camera, width, height, focal: [focal[0] * x, focal[1] * y], centre: [centre[0] * x, centre[1] * y] };
}

/**
 * Checks that a camera is valid.
 *
 * @param what The name of the camera in the error message: "transforms.json, frame 3".
 * @throws {Error} If a number is not finite or beyond 1e15, a focal length is not positive, the rotation is not orthonormal, or the
 * distortion folds the picture, so that it cannot be undone.
 */
export function checkCamera(what: string, camera: Camera): void {
  const { pose, focal, centre, distortion } = camera;
  if (pose.length !== 12 || !pose.every(Number.isFinite)) {
    throw new Error(`${what}: expected a pose of 3 × 4 finite numbers, found ${pose.map(String).join(" ")}.`);
  }
  const far = poseColumn(pose, 3).find((value) => Math.abs(value) > FARTHEST);
  if (far !== undefined) throw new Error(`${what}: expected a position within ±1e15, found ${far}.`);
  for (const value of focal) {
    if (!(value > 0 && value <= FARTHEST)) {
      throw new Error(`${what}: expected a positive focal length, found ${value}.`);
    }
  }
  for (const value of [...centre, ...Object.values(distortion ?? {})]) {
    if (!Number.isFinite(value)) throw new Error(`${what}: expected finite camera parameters, found ${value}.`);
  }
  const [right, up, back] = [0, 1, 2].map((column) => poseColumn(pose, column));
  const off = rotationError(pose);
  if (off > EXACT_ROTATION) {
    throw new Error(
      `${what}: the pose's rotation is not orthonormal (products of its columns are off by ${off.toPrecision(2)}).`,
    );
  }
  if (dot(cross(right, up), back) < 0) {
    throw new Error(`${what}: the pose's rotation is mirrored: its columns are left-handed.`);
  }
  if (distortion !== undefined && folds(camera, distortion)) {
    const numbers = Object.entries(distortion).map(([name, value]) => `${name} ${value}`).join(", ");
    throw new Error(
      `${what}: expected a distortion that can be undone in the whole picture, but ${numbers} cannot be.`,
    );
  }
}

/** The largest error of products of columns up to which a matrix is used as a rotation. */
export const EXACT_ROTATION = 1e-3;

/** How far the products of a matrix's columns are from those of a rotation or reflection, at most. */
export function rotationError(pose: readonly number[]): number {
  const [right, up, back] = [0, 1, 2].map((column) => poseColumn(pose, column));
  const products = [
    dot(right, right) - 1,
    dot(up, up) - 1,
    dot(back, back) - 1,
    dot(right, up),
    dot(up, back),
    dot(back, right),
  ];
  return Math.max(...products.map(Math.abs));
}

/** Σ aᵢbᵢ. */
export function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** a × b. */
export function cross(a: Vector3, b: Vector3): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** The vector with the same direction and unit length. */
export function normalise(v: Vector3): Vector3 {
  const length = Math.hypot(...v);
  return [v[0] / length, v[1] / length, v[2] / length];
}

/** a + s b. */
export function addScaled(a: Vector3, b: Vector3, s: number): Vector3 {
  return [a[0] + s * b[0], a[1] + s * b[1], a[2] + s * b[2]];
}

/** The largest coordinate. The square of a larger one may overflow in f32 on the device. */
export const FARTHEST = 1e15;

/** The number of Newton steps that undo the distortion, as in `rays.wgsl`. */
const UNDISTORTION_STEPS = 20;

/** The number of intervals along each side of a picture, and from the principal point to its border, at whose ends a lens is checked. */
const LENS_PLACES = 16;

/**
 * Whether the distortion folds the picture: at some point of its border, undoing the distortion fails, or between this point and the
 * principal point the distortion reverses orientation.
 */
function folds({ width, height, focal, centre }: Camera, distortion: Distortion): boolean {
  const shares = Array.from({ length: LENS_PLACES + 1 }, (_, i) => i / LENS_PLACES);
  const border = shares.flatMap((s) => [
    [s * width, 0],
    [s * width, height],
    [0, s * height],
    [width, s * height],
  ]);
  return border.some(([column, row]) => {
    const seen: [number, number] = [(column - centre[0]) / focal[0], (row - centre[1]) / focal[1]];
    const [x, y] = undistort(seen, distortion);
    const again = distort([x, y], distortion);
    const miss = Math.hypot((again[0] - seen[0]) * focal[0], (again[1] - seen[1]) * focal[1]);
    if (!(miss < 0.01)) return true;
    return shares.some((share) => {
      const { a, d, determinant } = distortionSlopes([share * x, share * y], distortion);
      return !(determinant > 0 && a + d > 0);
    });
  });
}

function distort([x, y]: [number, number], { k1, k2, k3, p1, p2 }: Distortion): [number, number] {
  const r = x * x + y * y;
  const radial = 1 + r * (k1 + r * (k2 + r * k3));
  return [x * radial + 2 * p1 * x * y + p2 * (r + 2 * x * x), y * radial + 2 * p2 * x * y + p1 * (r + 2 * y * y)];
}

/** The Jacobian of `distort`, which is symmetric: (a b; b d). */
function distortionSlopes([x, y]: [number, number], { k1, k2, k3, p1, p2 }: Distortion) {
  const r = x * x + y * y;
  const radial = 1 + r * (k1 + r * (k2 + r * k3));
  const slope = 2 * (k1 + r * (2 * k2 + r * 3 * k3));
  const a = radial + slope * x * x + 2 * p1 * y + 6 * p2 * x;
  const b = slope * x * y + 2 * p1 * x + 2 * p2 * y;
  const d = radial + slope * y * y + 2 * p2 * x + 6 * p1 * y;
  return { a, b, d, determinant: a * d - b * b };
}

/** Undoes the distortion by Newton's method from the distorted point. It converges for lenses that pass `checkCamera`. */
function undistort(distorted: [number, number], distortion: Distortion): [number, number] {
  let [x, y] = distorted;
  for (let i = 0; i < UNDISTORTION_STEPS; i++) {
    const [u, v] = distort([x, y], distortion);
    const { a, b, d, determinant } = distortionSlopes([x, y], distortion);
    const [du, dv] = [distorted[0] - u, distorted[1] - v];
    x += (d * du - b * dv) / determinant;
    y += (a * dv - b * du) / determinant;
  }
  return [x, y];
}
