import { type Camera, checkCamera, type Distortion, poseColumn, resizeCamera } from "./camera.ts";
import { focusDoubt, focusOf } from "./focus.ts";
import { type Scene, type SceneOptions, splitViews, type View } from "./scene.ts";
import { checkInside, type SceneFiles } from "./scene_files.ts";
import { checkCameraSize, checkSameSize, decodeScenePicture, type ScenePicture } from "./scene_picture.ts";

/** NeRF-synthetic scenes lie between these distances. */
const SYNTHETIC = { near: 2, far: 6 };

type Json = Readonly<Record<string, unknown>>;
type Named = ScenePicture & { readonly name: string; readonly camera: Camera };

/**
 * Reads a NeRF-synthetic scene: `transforms_train.json` and `transforms_test.json` (or `transforms_val.json`), poses as Blender
 * has them, pictures without ending in `file_path` (Mildenhall et al. 2020).
 *
 * @throws {Error} If something is missing or malformed, in one sentence.
 */
export async function readSynthetic(files: SceneFiles, options: SceneOptions = {}): Promise<Scene> {
  const warnings: string[] = [];
  const train = await readFrames(files, "transforms_train.json", options, warnings);
  const onlyValidation = await files.read("transforms_test.json") === undefined &&
    await files.read("transforms_val.json") !== undefined;
  const held = onlyValidation ? "transforms_val.json" : "transforms_test.json";
  const test = await readFrames(files, held, options, warnings);
  checkSameSize(files.name, [...train, ...test]);
  return {
    train: train.map(viewOf),
    test: test.map(viewOf),
    near: options.near ?? SYNTHETIC.near,
    far: options.far ?? SYNTHETIC.far,
    kind: "around",
    background: options.background ?? "white",
    warnings,
  };
}

/**
 * Reads a `transforms.json` as instant-ngp and nerfstudio write it: intrinsics shared or in each frame (`fl_x`, `fl_y`, `cx`,
 * `cy`, `w` and `h`, or `camera_angle_x`), distortion `k1`, `k2`, `k3`, `p1`, `p2`; a frame's own numbers win. Frames without
 * their picture are left out with one warning. Where no bounds are given, cameras are taken to stand around what they look at: it
 * is seen between 1/10 and 2½ of their mean distance from it; a warning says where they do not seem to.
 *
 * @throws {Error} If something is missing or malformed, in one sentence.
 */
export async function readTransforms(files: SceneFiles, options: SceneOptions = {}): Promise<Scene> {
  const warnings: string[] = [];
  const frames = await readFrames(files, "transforms.json", options, warnings);
  checkSameSize(files.name, frames);
  if (frames.length < 2) throw new Error(`${files.name}/transforms.json: at least 2 frames expected, 1 found.`);
  const poses = frames.map(({ camera }) => camera.pose);
  const focus = focusOf(poses);
  const distances = poses.map((pose) => Math.hypot(...poseColumn(pose, 3).map((value, i) => value - focus[i])));
  const distance = distances.reduce((sum, each) => sum + each, 0) / distances.length;
  if (distance < 1e-9 && (options.near === undefined || options.far === undefined)) {
    throw new Error(
      `${files.name}/transforms.json: cameras that stand around something expected, or bounds (near and far): ` +
        "all are in one place.",
    );
  }
  const { near = distance / 10, far = 2.5 * distance } = options;
  const guesses = [
    ...options.near === undefined ? [`near ${near.toPrecision(3)}`] : [],
    ...options.far === undefined ? [`far ${far.toPrecision(3)}`] : [],
  ].join(" and ");
  const doubt = focusDoubt(poses);
  if (guesses !== "" && doubt !== undefined) {
    const advice = "give near and far in the units of the poses";
    warnings.push(`${files.name}/transforms.json: ${doubt}, so that ${guesses} can only be guessed: ${advice}.`);
  }
  return {
    ...splitViews(frames.map(viewOf), options.hold),
    near,
    far,
    kind: "around",
    background: options.background ?? "white",
    warnings,
  };
}

function viewOf({ name, camera, picture, alpha }: Named): View {
  return { name, camera, picture, alpha };
}

async function readFrames(
  files: SceneFiles,
  file: string,
  options: SceneOptions,
  warnings: string[],
): Promise<Named[]> {
  const where = `${files.name}/${file}`;
  const bytes = await files.read(file);
  if (bytes === undefined) throw new Error(`${where}: there is no such file.`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new Error(`${where}: not JSON: ${(cause as Error).message}.`, { cause });
  }
  if (!isRecord(json) || !Array.isArray(json.frames) || json.frames.length === 0) {
    throw new Error(`${where}: not a scene: a list "frames" with at least one frame expected, none found.`);
  }
  checkLensModel(json, where);
  const frames: Named[] = [];
  const missing: string[] = [];
  for (const [i, frame] of json.frames.entries()) {
    const what = `${where}, frame ${i}`;
    if (!isRecord(frame) || typeof frame.file_path !== "string") {
      throw new Error(`${what}: a file_path expected, none found.`);
    }
    checkLensModel(frame, what);
    const pose = poseFrom(frame.transform_matrix, what);
    const path = checkInside(what, frame.file_path);
    const found = await firstOf(files, path);
    if (found === undefined) {
      missing.push(frame.file_path);
      continue;
    }
    const picture = await decodeScenePicture(found, `${files.name}/${path}`, options);
    const camera = cameraFrom(frame, json, pose, picture, what);
    frames.push({ name: path, camera, ...picture });
  }
  if (frames.length === 0) {
    throw new Error(`${where}: none of its ${missing.length} pictures exists, such as ${missing[0]}.`);
  }
  if (missing.length > 0) {
    warnings.push(`${where}: ${missing.length} of ${json.frames.length} pictures are missing, such as ${missing[0]}.`);
  }
  return frames;
}

async function firstOf(files: SceneFiles, path: string): Promise<Uint8Array | undefined> {
  for (const ending of ["", ".png", ".jpg", ".jpeg"]) {
    const bytes = await files.read(path + ending);
    if (bytes !== undefined) return bytes;
  }
  return undefined;
}

function poseFrom(matrix: unknown, what: string): number[] {
  const rows = Array.isArray(matrix) && (matrix.length === 3 || matrix.length === 4) ? matrix : [];
  const fits = rows.length > 0 &&
    rows.every((row) => Array.isArray(row) && row.length === 4 && row.every((entry) => typeof entry === "number"));
  if (!fits) throw new Error(`${what}: a transform_matrix of 4 × 4 numbers expected, none found.`);
  return (rows as number[][]).slice(0, 3).flat();
}

/** Refuses lenses that `Distortion` does not have. */
function checkLensModel(numbers: Json, what: string): void {
  const { camera_model: model, is_fisheye: fisheye } = numbers;
  if (
    model !== undefined && !["OPENCV", "PINHOLE", "SIMPLE_PINHOLE", "SIMPLE_RADIAL", "RADIAL"].includes(String(model))
  ) {
    throw new Error(`${what}: a camera_model OPENCV or PINHOLE expected, ${JSON.stringify(model)} found.`);
  }
  if (fisheye) {
    throw new Error(`${what}: a lens that is no fisheye expected, is_fisheye ${JSON.stringify(fisheye)} found.`);
  }
  const further = ["k4", "k5", "k6"].find((name) => Number(numbers[name] ?? 0) !== 0);
  if (further !== undefined) {
    throw new Error(
      `${what}: a lens of k1, k2, k3, p1 and p2 expected, ${further} ${JSON.stringify(numbers[further])} found.`,
    );
  }
}

/** The frame's own numbers win over the shared ones, however a focal length is told. */
function cameraFrom(frame: Json, shared: Json, pose: number[], found: ScenePicture, what: string): Camera {
  const given = (numbers: Json, name: string): number | undefined => {
    const value = numbers[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "number") {
      throw new Error(`${what}: ${name}: a number expected, ${JSON.stringify(value)} found.`);
    }
    return value;
  };
  const numberOf = (name: string) => given(frame, name) ?? given(shared, name);
  const { fileWidth, fileHeight, picture } = found;
  const [w, h] = [numberOf("w"), numberOf("h")];
  if ((w === undefined) !== (h === undefined)) {
    throw new Error(`${what}: both w and h expected, or neither, only ${w === undefined ? "h" : "w"} found.`);
  }
  const [width, height] = [w ?? fileWidth, h ?? fileHeight];
  checkCameraSize(what, width, height, found);
  const focalOf = (numbers: Json, axis: "x" | "y"): number | undefined => {
    const angle = given(numbers, `camera_angle_${axis}`);
    const pixels = axis === "x" ? width : height;
    return given(numbers, `fl_${axis}`) ?? (angle === undefined ? undefined : pixels / 2 / Math.tan(angle / 2));
  };
  // Pixels are square unless the same place says otherwise.
  const own = { x: focalOf(frame, "x"), y: focalOf(frame, "y") };
  const x = own.x ?? focalOf(shared, "x");
  const y = own.y ?? own.x ?? focalOf(shared, "y") ?? x;
  if (x === undefined || y === undefined) {
    throw new Error(`${what}: a focal length expected (fl_x or camera_angle_x), none found.`);
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

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
