import { type Camera, checkCamera, type Distortion, resizeCamera } from "./camera.ts";
import { checkCameraSize, type ScenePicture } from "./scene_picture.ts";

/** An object of a JSON file. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * Reads the pose from a frame's `transform_matrix`.
 *
 * @param what The name of the frame in the error message.
 * @returns The pose, 3 × 4 row-major.
 * @throws {Error} If the value is not a matrix of 3 or 4 rows and 4 columns.
 */
export function poseFrom(matrix: unknown, what: string): number[] {
  const rows = Array.isArray(matrix) && (matrix.length === 3 || matrix.length === 4) ? matrix : [];
  const fits = rows.length > 0 &&
    rows.every((row) => Array.isArray(row) && row.length === 4 && row.every((entry) => typeof entry === "number"));
  if (!fits) throw new Error(`${what}: expected a transform_matrix of 4 × 4 numbers, found none.`);
  return (rows as number[][]).slice(0, 3).flat();
}

/**
 * Checks that {@linkcode Distortion} can represent a frame's lens.
 *
 * @throws {Error} If it cannot.
 */
export function checkLensModel(numbers: Json, what: string): void {
  const { camera_model: model, is_fisheye: fisheye } = numbers;
  if (
    !["OPENCV", "PINHOLE", "SIMPLE_PINHOLE", "SIMPLE_RADIAL", "RADIAL"].includes(String(model ?? "PINHOLE"))
  ) {
    throw new Error(`${what}: expected a camera_model OPENCV or PINHOLE, found ${JSON.stringify(model)}.`);
  }
  if (fisheye) {
    throw new Error(`${what}: expected a lens that is no fisheye, found is_fisheye ${JSON.stringify(fisheye)}.`);
  }
  const further = ["k4", "k5", "k6"].find((name) => Number(numbers[name] ?? 0) !== 0);
  if (further !== undefined) {
    throw new Error(
      `${what}: expected a lens of k1, k2, k3, p1 and p2, found ${further} ${JSON.stringify(numbers[further])}.`,
    );
  }
}

/**
 * Reads a frame's camera, for its picture as it was decoded. The frame's own values take precedence over the shared ones, also if only
 * one of them gives the focal length as an angle.
 *
 * @throws {Error} If a value is missing or not a number, or the camera is invalid.
 */
export function cameraFrom(frame: Json, shared: Json, pose: number[], found: ScenePicture, what: string): Camera {
  const given = (numbers: Json, name: string): number | undefined => {
    const value = numbers[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "number") {
      throw new Error(`${what}: ${name}: expected a number, found ${JSON.stringify(value)}.`);
    }
    return value;
  };
  const numberOf = (name: string) => given(frame, name) ?? given(shared, name);
  const { fileWidth, fileHeight, picture } = found;
  const [w, h] = [numberOf("w"), numberOf("h")];
  if ((w === undefined) !== (h === undefined)) {
    throw new Error(`${what}: expected both w and h, or neither, found only ${w === undefined ? "h" : "w"}.`);
  }
  const [width, height] = [w ?? fileWidth, h ?? fileHeight];
  checkCameraSize(what, width, height, found);
  const focalOf = (numbers: Json, axis: "x" | "y"): number | undefined => {
    const angle = given(numbers, `camera_angle_${axis}`);
    if (angle !== undefined && !(angle > 0 && angle < Math.PI)) {
      throw new Error(`${what}: camera_angle_${axis}: expected an angle between 0 and π, found ${angle}.`);
    }
    const pixels = axis === "x" ? width : height;
    return given(numbers, `fl_${axis}`) ?? (angle === undefined ? undefined : pixels / 2 / Math.tan(angle / 2));
  };
  // Pixels are square unless the same object gives both focal lengths.
  const own = { x: focalOf(frame, "x"), y: focalOf(frame, "y") };
  const both = { x: focalOf(shared, "x"), y: focalOf(shared, "y") };
  const x = own.x ?? own.y ?? both.x ?? both.y;
  const y = own.y ?? own.x ?? both.y ?? both.x;
  if (x === undefined || y === undefined) {
    throw new Error(`${what}: expected a focal length (fl_x or camera_angle_x), found none.`);
  }
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
  checkCamera(what, camera);
  return resizeCamera(camera, picture.width, picture.height);
}

/** Whether a value read from JSON is an object. */
export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
