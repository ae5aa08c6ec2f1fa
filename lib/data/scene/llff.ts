import { PoseMender } from "./camera_matrix.ts";
import { type Camera, checkCamera } from "./camera.ts";
import { readNpy } from "../../codec/tensor/npy.ts";
import type { PictureHeader } from "../../codec/image/decode_picture.ts";
import type { Size } from "./intrinsics.ts";
import { printable } from "./printable.ts";
import { type SceneOptions, type SceneSurvey, type Shot, splitViews } from "./scene.ts";
import { besideWarnings, isBesidePictures } from "./beside_pictures.ts";
import { lookingAside } from "./focus.ts";
import type { SceneFiles } from "./scene_files.ts";
import { areUpright, checkCameraSize, pictureWarnings, readHeader, shrunkSize, usedSize } from "./scene_picture.ts";

const POSES = "poses_bounds.npy";

/** A bound that is this many times off the median is warned of. */
const ODD = 10;

/**
 * Surveys a scene in the format of LLFF (Mildenhall et al. 2019): `poses_bounds.npy` of shape (N, 17), and N pictures in `images`,
 * `images_4` or a similar folder, in the order of their sorted names. A row consists of 3 × 5 numbers with the columns down, right, back,
 * position and (height, width, focal length) of the full-size pictures, then the nearest and the farthest distance in the view. Cameras
 * that look in all directions are read as a scene of the kind `around`, with a warning.
 *
 * @throws {Error} If something is missing or malformed.
 */
export async function surveyLlff(files: SceneFiles, options: SceneOptions = {}): Promise<SceneSurvey> {
  const where = `${files.name}/${POSES}`;
  const bytes = await files.read(POSES);
  if (bytes === undefined) throw new Error(`${where}: there is no such file.`);
  const { shape, data } = readNpy(bytes, where);
  if (shape.length !== 2 || shape[1] !== 17 || shape[0] < 2) {
    throw new Error(
      `${where}: expected an array of shape (views, 17) with at least 2 views, found (${shape.join(", ")}).`,
    );
  }
  const warnings: string[] = [];
  const { folder, names } = await pictureFolder(files, options.downscale ?? 8, warnings);
  if (names.length !== shape[0]) {
    throw new Error(
      `${files.name}: expected ${shape[0]} pictures in ${folder}, one for each pose, found ${names.length}.`,
    );
  }
  const rows = Array.from(names, (_, i) => data.subarray(17 * i, 17 * i + 17));
  const photographs: Photograph[] = [];
  for (const [i, row] of rows.entries()) photographs.push(await readPhotograph(files, `${folder}/${names[i]}`, row));
  const upright = areUpright(photographs);
  const mender = new PoseMender();
  const shots = photographs.map(({ path, given, row, header }, i): Shot => {
    const what = `${where}, row ${i}`;
    const file = usedSize(header, upright);
    checkCameraSize(what, given, file);
    const { width, height } = shrunkSize(file.width, file.height, options.size);
    const camera = cameraFrom(row, { width, height }, (pose) => mender.mend(pose, `row ${i}`));
    checkCamera(what, camera);
    return { name: printable(path), path, file, camera };
  });
  const { near, far } = bounds(rows, shots, where, options, warnings);
  warnings.push(...pictureWarnings(files.name, photographs, upright), ...mender.warnings(where));
  warnings.push(...await besideWarnings(files, photographs.map(({ path }) => path)));
  const aside = lookingAside(shots.map(({ camera }) => camera.pose));
  if (aside !== undefined) {
    warnings.push(
      `${files.name}: ${aside} of ${shots.length} cameras look more than 45 degrees away from their common direction, so this is read as ` +
        "a scene with cameras around what they look at, not as a forward-facing one.",
    );
  }
  const { background = "black" } = options;
  return {
    ...splitViews(shots, options.hold),
    near,
    far,
    kind: aside === undefined ? "forward" : "around",
    background,
    warnings,
    upright,
  };
}

/** A photograph with its row of `poses_bounds.npy`. */
interface Photograph {
  readonly path: string;
  readonly row: Float64Array;
  readonly header: PictureHeader;
  /** The size for which the camera is given. */
  readonly given: Size;
}

async function readPhotograph(files: SceneFiles, path: string, row: Float64Array): Promise<Photograph> {
  return { path, row, header: await readHeader(files, path), given: { width: row[9], height: row[4] } };
}

/** The camera in a row of `poses_bounds.npy`, for a picture of the given size. */
function cameraFrom(row: Float64Array, size: Size, mend: (pose: number[]) => number[]): Camera {
  const [height, width, focal] = [row[4], row[9], row[14]];
  // The columns down, right, back are converted to right, up, back.
  const pose = [0, 1, 2].flatMap((r) => [row[5 * r + 1], -row[5 * r], row[5 * r + 2], row[5 * r + 3]]);
  return {
    pose: mend(pose),
    width: size.width,
    height: size.height,
    focal: [focal * size.width / width, focal * size.height / height],
    centre: [size.width / 2, size.height / 2],
  };
}

/** The bounds of rays, with warnings of views whose bounds are far from those of the others and of options that are. */
function bounds(
  rows: readonly Float64Array[],
  shots: readonly Shot[],
  where: string,
  options: SceneOptions,
  warnings: string[],
): { near: number; far: number } {
  const all = rows.map((row): [number, number] => [row[15], row[16]]);
  all.forEach(([near, far], i) => {
    if (!(near > 0 && far > near && far < Infinity)) {
      throw new Error(`${where}, row ${i}: expected distances 0 < nearest < farthest, found ${near} and ${far}.`);
    }
  });
  for (const [k, which] of (["nearest", "farthest"] as const).entries()) {
    const values = all.map((pair) => pair[k]);
    const usual = values.toSorted((a, b) => a - b)[values.length >> 1];
    const odd = values.flatMap((value, i) => value > ODD * usual || value * ODD < usual ? [i] : []);
    if (odd.length === 0) continue;
    const [first] = odd;
    const further = odd.length > 1 ? `, and ${odd.length - 1} more rows are alike` : "";
    warnings.push(
      `${where}, row ${first}: the ${which} distance in ${shots[first].name} is ${
        values[first].toPrecision(3)
      }, more than ` +
        `${ODD} times off the median of all views, ${usual.toPrecision(3)}${further}; near and far set other bounds.`,
    );
  }
  const [least, most] = [0.9 * Math.min(...all.map(([near]) => near)), Math.max(...all.map(([, far]) => far))];
  const { near = least, far = most } = options;
  if (near >= most || far <= least) {
    const shown = `the photographs show distances from ${least.toPrecision(3)} to ${most.toPrecision(3)}`;
    warnings.push(`${where}: rays go from ${near} to ${far}, but ${shown}.`);
  }
  return { near, far };
}

/** The folder of pictures for a downscaling factor; if it is missing, the one with the largest pictures. */
async function pictureFolder(files: SceneFiles, downscale: number, warnings: string[]) {
  const wanted = downscale === 1 ? "images" : `images_${downscale}`;
  const factorOf = (name: string) => Number(name.split("_")[1] ?? 1);
  const found = ((await files.list(".")) ?? []).filter((name) => /^images(_[1-9]\d*)?$/.test(name));
  for (const folder of [wanted, ...found.sort((a, b) => factorOf(a) - factorOf(b))]) {
    // macOS adds files such as ._0.png when it copies files; they are ignored.
    const names = (await files.list(folder))?.filter((name) =>
      /^[^.].*\.(png|jpe?g)$/i.test(name) && !isBesidePictures(name)
    );
    if (names === undefined || names.length === 0) continue;
    if (factorOf(folder) !== downscale) {
      warnings.push(`${files.name}: the folder ${wanted} is missing, so ${folder} is read instead.`);
    }
    return { folder, names };
  }
  throw new Error(`${files.name}: expected pictures in images, images_2 or a similar folder, found none.`);
}
