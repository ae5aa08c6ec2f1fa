import { type Camera, checkCamera, type Distortion } from "./camera.ts";
import { type Json, shown } from "./json_value.ts";

const NAMES = [
  ...["w", "h", "fl_x", "fl_y", "camera_angle_x", "camera_angle_y", "cx", "cy"],
  ...["k1", "k2", "k3", "k4", "p1", "p2"],
] as const;

/** The numbers that describe a lens and a picture's size, as far as an object of a transforms file has them. */
type Intrinsics = Readonly<Partial<Record<(typeof NAMES)[number], number>>>;

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Reads the numbers of a camera from an object of a transforms file. The matrix `K` stands for `fl_x`, `fl_y`, `cx` and `cy`;
 * `distortion_params` (nerfstudio) for `k1`, `k2`, `k3`, `k4`, `p1` and `p2`.
 *
 * @param what The name of the object in the error message.
 * @throws {Error} If a value is no number, `K` is not the matrix of a pinhole camera, or two keys contradict each other.
 */
export function readIntrinsics(json: Json, what: string): Intrinsics {
  const found: Record<string, number> = {};
  for (const name of NAMES) {
    const value = json[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== "number") throw new Error(`${what}: ${name}: expected a number, found ${shown(value)}.`);
    found[name] = value;
  }
  const add = (key: string, numbers: Record<string, number>) => {
    for (const [name, value] of Object.entries(numbers)) {
      const other = found[name] ?? value;
      if (Math.abs(other - value) > 1e-4 * Math.max(1, Math.abs(value))) {
        throw new Error(`${what}: expected the same ${name} as in ${key}, which is ${value}, found ${other}.`);
      }
      found[name] = value;
    }
  };
  if (json.K !== undefined && json.K !== null) add("K", pinholeMatrix(json.K, what));
  const { distortion_params: list } = json;
  if (list !== undefined && list !== null) add("distortion_params", distortionList(list, what));
  if ((found.k4 ?? 0) !== 0) {
    throw new Error(`${what}: expected a lens of k1, k2, k3, p1 and p2, found k4 ${found.k4}.`);
  }
  return found as Intrinsics;
}

/** The numbers of a matrix K: 3 × 3, or 4 × 4 with it in the upper left corner, in rows or as one list. */
function pinholeMatrix(value: unknown, what: string): Record<string, number> {
  const rows: unknown[] = Array.isArray(value) ? value : [];
  const flat = rows.length <= 16 ? rows.flat() : [];
  const side = Math.sqrt(flat.length);
  if ((side !== 3 && side !== 4) || !flat.every((entry) => typeof entry === "number")) {
    throw new Error(`${what}: K: expected a matrix of 3 × 3 numbers, found ${shown(value)}.`);
  }
  const entries = flat as number[];
  const [first, second, third] = [0, 1, 2].map((i) => entries.slice(side * i, side * i + 3));
  if (Math.abs(first[1]) > 1e-6 * Math.abs(first[0]) || second[0] !== 0 || third.join() !== "0,0,1") {
    throw new Error(
      `${what}: K: expected the rows fl_x 0 cx, 0 fl_y cy and 0 0 1, found ${
        [first, second, third].map((row) => row.join(" ")).join(", ")
      }.`,
    );
  }
  return { fl_x: first[0], fl_y: second[1], cx: first[2], cy: second[2] };
}

function distortionList(value: unknown, what: string): Record<string, number> {
  if (!Array.isArray(value) || value.length !== 6 || !value.every((entry) => typeof entry === "number")) {
    throw new Error(
      `${what}: distortion_params: expected 6 numbers, k1, k2, k3, k4, p1 and p2, found ${shown(value)}.`,
    );
  }
  const [k1, k2, k3, k4, p1, p2] = value;
  return { k1, k2, k3, k4, p1, p2 };
}

/** What a camera is made of. A frame's own values take precedence over the shared ones. */
interface CameraParts {
  /** The values of the frame. */
  readonly own: Intrinsics;
  /** The values that all frames share. */
  readonly shared: Intrinsics;
  /** The camera-to-world matrix, 3 × 4 row-major. */
  readonly pose: number[];
  /** The size of the picture to which the values refer, if they do not give it as `w` and `h`. */
  readonly usual: Size;
}

/**
 * The size of the picture for which a frame's camera is given: `w` and `h`, if the file has them.
 *
 * @throws {Error} If only one of them is given.
 */
export function givenSize({ own, shared }: Pick<CameraParts, "own" | "shared">, what: string): Size | undefined {
  const [w, h] = [own.w ?? shared.w, own.h ?? shared.h];
  if ((w === undefined) !== (h === undefined)) {
    throw new Error(`${what}: expected both w and h, or neither, found only ${w === undefined ? "h" : "w"}.`);
  }
  return w === undefined || h === undefined ? undefined : { width: w, height: h };
}

/**
 * Makes the camera of a frame, for the size for which its values are given. A focal length of the frame takes precedence over shared
 * ones, also if only one of them is given as an angle.
 *
 * @throws {Error} If the focal length is missing, or the camera is invalid, or its principal point lies outside the picture.
 */
export function cameraFrom(parts: CameraParts, what: string): Camera {
  const { own, shared, pose } = parts;
  const { width, height } = givenSize(parts, what) ?? parts.usual;
  const focalOf = (numbers: Intrinsics, axis: "x" | "y"): number | undefined => {
    const angle = numbers[`camera_angle_${axis}`];
    if (angle !== undefined && !(angle > 0 && angle < Math.PI)) {
      throw new Error(`${what}: camera_angle_${axis}: expected an angle between 0 and π, found ${angle}.`);
    }
    const pixels = axis === "x" ? width : height;
    return numbers[`fl_${axis}`] ?? (angle === undefined ? undefined : pixels / 2 / Math.tan(angle / 2));
  };
  // Pixels are square unless the same object gives both focal lengths.
  const first = { x: focalOf(own, "x"), y: focalOf(own, "y") };
  const second = { x: focalOf(shared, "x"), y: focalOf(shared, "y") };
  const x = first.x ?? first.y ?? second.x ?? second.y;
  const y = first.y ?? first.x ?? second.y ?? second.x;
  if (x === undefined || y === undefined) {
    throw new Error(`${what}: expected a focal length (fl_x or camera_angle_x), found none.`);
  }
  const numberOf = (name: keyof Intrinsics) => own[name] ?? shared[name];
  const distortion: Distortion = {
    k1: numberOf("k1") ?? 0,
    k2: numberOf("k2") ?? 0,
    k3: numberOf("k3") ?? 0,
    p1: numberOf("p1") ?? 0,
    p2: numberOf("p2") ?? 0,
  };
  const camera: Camera = {
    pose,
    width,
    height,
    focal: [x, y],
    centre: [numberOf("cx") ?? width / 2, numberOf("cy") ?? height / 2],
    ...Object.values(distortion).some((value) => value !== 0) && { distortion },
  };
  checkCentre(camera, what);
  checkCamera(what, camera);
  return camera;
}

function checkCentre({ width, height, centre: [x, y] }: Camera, what: string): void {
  if ((x >= 0 && x <= width && y >= 0 && y <= height) || !Number.isFinite(x) || !Number.isFinite(y)) return;
  const like = x > 0 && y > 0 ? `, which would be the middle of one of ${2 * x}×${2 * y} pixels` : "";
  throw new Error(
    `${what}: expected a principal point (cx, cy) within the picture of ${width}×${height} pixels, found (${x}, ${y})` +
      `${like}; if the camera is given for another size, add it as w and h.`,
  );
}

/**
 * A sentence about a focal length and an angle in one object that contradict each other by more than 1 %; undefined if they agree. The
 * focal length is used.
 */
export function focalDoubt(numbers: Intrinsics, { width, height }: Size, what: string): string | undefined {
  for (const [axis, pixels] of [["x", width], ["y", height]] as const) {
    const [focal, angle] = [numbers[`fl_${axis}`], numbers[`camera_angle_${axis}`]];
    if (focal === undefined || angle === undefined || !(focal > 0)) continue;
    const fromAngle = pixels / 2 / Math.tan(angle / 2);
    if (Math.abs(fromAngle / focal - 1) <= 0.01) continue;
    return `${what}: fl_${axis} is ${focal}, but camera_angle_${axis} means ${
      fromAngle.toPrecision(4)
    } for ${pixels} ` +
      `pixels; fl_${axis} is used.`;
  }
}
