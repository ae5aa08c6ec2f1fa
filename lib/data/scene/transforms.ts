import { type Camera, poseColumn } from "./camera.ts";
import { focusDoubt, focusOf } from "./focus.ts";
import { cameraFrom, checkLensModel, isRecord, type Json, poseFrom } from "./frame_camera.ts";
import { type Scene, type SceneOptions, splitViews, type View } from "./scene.ts";
import { checkInside, type SceneFiles } from "./scene_files.ts";
import { checkSameSize, decodeScenePicture, type ScenePicture } from "./scene_picture.ts";

/** The bounds of NeRF-synthetic scenes. */
const SYNTHETIC = { near: 2, far: 6 };

type Named = ScenePicture & { readonly name: string; readonly camera: Camera };

/**
 * Reads a NeRF-synthetic scene (Mildenhall et al. 2020): `transforms_train.json` and `transforms_test.json` (or
 * `transforms_val.json`), with poses in Blender's convention and paths without extension in `file_path`.
 *
 * @throws {Error} If something is missing or malformed.
 */
export async function readSynthetic(files: SceneFiles, options: SceneOptions = {}): Promise<Scene> {
  const warnings: string[] = [];
  const readFrom = async (file: string) => await readFrames(files, await readList(files, file), options, warnings);
  const train = await readFrom("transforms_train.json");
  const onlyValidation = await files.read("transforms_test.json") === undefined &&
    await files.read("transforms_val.json") !== undefined;
  const held = onlyValidation ? "transforms_val.json" : "transforms_test.json";
  const test = await readFrom(held);
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
 * Reads a `transforms.json` as instant-ngp and nerfstudio write it. Intrinsics (`fl_x`, `fl_y`, `cx`,
 * `cy`, `w` and `h`, or `camera_angle_x`) and distortion (`k1`, `k2`, `k3`, `p1`, `p2`) are shared or given for each frame; a frame's
 * own values take precedence. Frames whose picture is missing are left out with one warning. Lists of names split the views, as
 * docs/conventions.md explains; without them the option `hold` does. If no bounds are given, the cameras are assumed to stand around
 * what they look at, and the bounds are 1/10 and 2½ of their mean distance from it; a warning tells if they do not seem to.
 *
 * @throws {Error} If something is missing or malformed.
 */
export async function readTransforms(files: SceneFiles, options: SceneOptions = {}): Promise<Scene> {
  const warnings: string[] = [];
  const list = await readList(files, "transforms.json");
  const frames = await readFrames(files, list, options, warnings);
  checkSameSize(files.name, frames);
  if (frames.length < 2) throw new Error(`${list.where}: expected at least 2 frames, found 1.`);
  const { train, test } = splitNamed(list, frames, warnings) ?? splitViews(frames, options.hold);
  const poses = frames.map(({ camera }) => camera.pose);
  const focus = focusOf(poses);
  const distances = poses.map((pose) => Math.hypot(...poseColumn(pose, 3).map((value, i) => value - focus[i])));
  const distance = distances.reduce((sum, each) => sum + each, 0) / distances.length;
  if (distance < 1e-9 && (options.near === undefined || options.far === undefined)) {
    throw new Error(
      `${list.where}: expected cameras around an object, or the bounds near and far, but all cameras are in one place.`,
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
    warnings.push(`${list.where}: ${doubt}, so ${guesses} can only be guessed; ${advice}.`);
  }
  return {
    train: train.map(viewOf),
    test: test.map(viewOf),
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

/** The frames of a JSON file and the values that they share. */
interface FrameList {
  /** The name of the file in error messages. */
  readonly where: string;
  readonly shared: Json;
  readonly frames: readonly unknown[];
}

async function readList(files: SceneFiles, file: string): Promise<FrameList> {
  const where = `${files.name}/${file}`;
  const bytes = await files.read(file);
  if (bytes === undefined) throw new Error(`${where}: there is no such file.`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new Error(`${where}: expected JSON: ${(cause as Error).message}.`, { cause });
  }
  if (!isRecord(json) || !Array.isArray(json.frames) || json.frames.length === 0) {
    throw new Error(`${where}: this file is no scene: expected a list "frames" with at least one frame, found none.`);
  }
  checkLensModel(json, where);
  return { where, shared: json, frames: json.frames };
}

async function readFrames(
  files: SceneFiles,
  { where, shared, frames: listed }: FrameList,
  options: SceneOptions,
  warnings: string[],
): Promise<Named[]> {
  const frames: Named[] = [];
  const missing: string[] = [];
  for (const [i, frame] of listed.entries()) {
    const what = `${where}, frame ${i}`;
    if (!isRecord(frame) || typeof frame.file_path !== "string") {
      throw new Error(`${what}: expected a file_path, found none.`);
    }
    checkLensModel(frame, what);
    const pose = poseFrom(frame.transform_matrix, what);
    const path = checkInside(what, frame.file_path);
    if (frames.some(({ name }) => name === path)) {
      throw new Error(`${what}: expected a picture of its own, but ${path} is another frame's too.`);
    }
    const found = await firstOf(files, path);
    if (found === undefined) {
      missing.push(frame.file_path);
      continue;
    }
    const picture = await decodeScenePicture(found, `${files.name}/${path}`, options);
    const camera = cameraFrom(frame, shared, pose, picture, what);
    frames.push({ name: path, camera, ...picture });
  }
  if (frames.length === 0) {
    throw new Error(`${where}: none of its ${missing.length} pictures exists, such as ${missing[0]}.`);
  }
  if (missing.length > 0) {
    warnings.push(`${where}: ${missing.length} of ${listed.length} pictures are missing, such as ${missing[0]}.`);
  }
  return frames;
}

/**
 * Splits the views by the lists of names in the file (nerfstudio); undefined if there are none. The test list names the views that are
 * held out; without it the validation list does, and without both all views outside the training list are held out. The training list
 * names the views to train on; without it these are all views in neither of the other lists.
 */
function splitNamed({ where, shared }: FrameList, frames: readonly Named[], warnings: string[]) {
  const listed = (key: string): ((frame: Named) => boolean) | undefined => {
    const list = shared[key] ?? [];
    if (!Array.isArray(list) || !list.every((name) => typeof name === "string")) {
      throw new Error(`${where}: ${key}: expected a list of names, found ${JSON.stringify(list).slice(0, 40)}.`);
    }
    const names = new Set(list.map((name) => withoutEnding(checkInside(`${where}, ${key}`, name))));
    const isNamed = ({ name }: Named) => names.has(withoutEnding(name));
    if (names.size === 0) return undefined;
    if (frames.some(isNamed)) return isNamed;
    warnings.push(`${where}: none of the pictures in ${key} exists.`);
  };
  const [toTrain, toTest, toValidate] = ["train", "test", "val"].map((part) => listed(`${part}_filenames`));
  const held = toTest ?? toValidate;
  if (toTrain === undefined && held === undefined) return undefined;
  const isHeld = held ?? ((frame: Named) => !toTrain!(frame));
  const isTrained = toTrain ?? ((frame: Named) => !isHeld(frame) && !toValidate?.(frame));
  const [train, test] = [frames.filter(isTrained), frames.filter(isHeld)];
  const twice = train.find(isHeld);
  if (twice !== undefined) {
    throw new Error(`${where}: expected views held out from training, but ${twice.name} is in the lists of both.`);
  }
  if (test.length === 0 || train.length === 0) {
    throw new Error(
      `${where}: expected pictures for training and others for testing in the lists of names, found ${train.length} and ` +
        `${test.length}.`,
    );
  }
  const left = frames.length - test.length - train.length;
  if (left > 0) {
    warnings.push(
      `${where}: ${left} of ${frames.length} pictures are neither in the list for training nor in that for testing.`,
    );
  }
  return { train, test };
}

/** The path of a picture without extension, which frames and lists may leave out. */
function withoutEnding(path: string): string {
  return path.replace(/\.(png|jpe?g)$/i, "");
}

async function firstOf(files: SceneFiles, path: string): Promise<Uint8Array | undefined> {
  for (const ending of ["", ".png", ".jpg", ".jpeg"]) {
    const bytes = await files.read(path + ending);
    if (bytes !== undefined) return bytes;
  }
  return undefined;
}
