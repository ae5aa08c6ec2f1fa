import { besideWarnings } from "./beside_pictures.ts";
import { type Camera, checkCamera, resizeCamera } from "./camera.ts";
import { colmapBounds } from "./colmap_bounds.ts";
import { lensOf } from "./colmap_lens.ts";
import { type ColmapPlace, readModel } from "./colmap_files.ts";
import type { ColmapImage, ColmapModel } from "./colmap_model.ts";
import { lookingAside } from "./focus.ts";
import { printable } from "./printable.ts";
import { type SceneOptions, type SceneSurvey, type Shot, splitViews } from "./scene.ts";
import type { SceneFiles } from "./scene_files.ts";
import { FileFinder, type FoundFile } from "./scene_paths.ts";
import { areUpright, checkCameraSize, pictureWarnings, readHeader, shrunkSize, usedSize } from "./scene_picture.ts";

/**
 * Surveys a scene with a COLMAP model (Schönberger & Frahm 2016), binary or text, and its pictures in `images`, `images_2` or a similar folder,
 * which may be distorted: rays follow the lens. Views are in the order of their names. The bounds are from the model's points.
 *
 * @param place Where the model is.
 * @throws {Error} If something is missing or malformed, or a lens is a fisheye.
 */
export async function surveyColmap(
  files: SceneFiles,
  place: ColmapPlace,
  options: SceneOptions = {},
): Promise<SceneSurvey> {
  const model = await readModel(files, place);
  const where = place.folder === "." ? files.name : `${files.name}/${place.folder}`;
  const warnings: string[] = [];
  const pictures = await findPictures(files, where, model, { downscale: options.downscale, warnings });
  const upright = areUpright(pictures);
  const shots = pictures.map(({ image, camera, path, header }): Shot => {
    const file = usedSize(header, upright);
    checkCameraSize(image.what, camera, file);
    const { width, height } = shrunkSize(file.width, file.height, options.size);
    return { name: printable(path), path, file, camera: resizeCamera(camera, width, height) };
  });
  const bounds = colmapBounds(
    where,
    pictures.map(({ image, camera: { pose } }) => ({ pose, points: image.points })),
    model,
    options,
  );
  warnings.push(...pictureWarnings(files.name, pictures, upright));
  warnings.push(...await besideWarnings(files, pictures.map(({ path }) => path)));
  warnings.push(...await otherModels(files, place));
  const aside = lookingAside(shots.map(({ camera }) => camera.pose));
  const { background = "black" } = options;
  return {
    ...splitViews(shots, options.hold),
    ...bounds,
    kind: aside === undefined ? "forward" : "around",
    background,
    warnings,
    upright,
  };
}

/** Finds the pictures of a model, by the order of their names, and reads their headers. */
async function findPictures(
  files: SceneFiles,
  where: string,
  model: ColmapModel,
  { downscale, warnings }: { readonly downscale?: number; readonly warnings: string[] },
) {
  const finder = new FileFinder(files, downscale);
  const found: { image: ColmapImage; file: FoundFile }[] = [];
  const missing: string[] = [];
  for (const image of model.images.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    const file = await finder.find(`images/${image.name}`);
    if (file === undefined) missing.push(image.name);
    else found.push({ image, file });
  }
  if (found.length === 0) {
    const example = missing.length === 0 ? "" : `, such as images/${printable(missing[0])}`;
    throw new Error(
      `${where}: expected pictures of the model in the scene's folder, found none of its ${missing.length}${example}.`,
    );
  }
  if (missing.length > 0) {
    warnings.push(
      `${where}: ${missing.length} of ${model.images.length} pictures are missing, such as ${printable(missing[0])}.`,
    );
  }
  warnings.push(...await leftOut(files, found.map(({ file }) => file.path)));
  const pictures = [];
  for (const { image, file } of found) {
    const camera = cameraOf(image, model);
    const given = { width: camera.width, height: camera.height };
    pictures.push({ image, camera, given, path: file.path, header: await readHeader(files, file.path) });
  }
  return pictures;
}

/** The camera of a picture of the size for which COLMAP estimated it. */
function cameraOf({ what, rotation, translation, camera: number }: ColmapImage, { cameras }: ColmapModel): Camera {
  const found = cameras.get(number);
  if (found === undefined) throw new Error(`${what}: expected the number of a camera of the model, found ${number}.`);
  const { width, height } = found;
  const camera = { pose: poseOfMotion(rotation, translation), width, height, ...lensOf(found) };
  checkCamera(what, camera);
  return camera;
}

/**
 * The pose of a camera from its motion from world to camera, x → Rx + t with the axes right, down, forward. Its position is −Rᵀt.
 *
 * @param quaternion R as w, x, y, z, of any length above 0.
 */
function poseOfMotion(quaternion: readonly number[], [right, down, forward]: readonly number[]): number[] {
  const length = Math.hypot(...quaternion);
  const [w, x, y, z] = quaternion.map((part) => part / length);
  const rows = [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
  const position = [0, 1, 2].map((i) => -(rows[0][i] * right + rows[1][i] * down + rows[2][i] * forward));
  return [0, 1, 2].flatMap((i) => [rows[0][i], -rows[1][i], -rows[2][i], position[i]]);
}

/** What to tell of pictures beside those of the model, for which COLMAP found no camera. */
async function leftOut(files: SceneFiles, used: readonly string[]): Promise<string[]> {
  const folder = used[0].includes("/") ? used[0].slice(0, used[0].lastIndexOf("/")) : ".";
  const names = (await files.list(folder) ?? []).filter((name) => /^[^.].*\.(png|jpe?g)$/i.test(name));
  const others = names.filter((name) => !used.includes(folder === "." ? name : `${folder}/${name}`));
  if (others.length === 0) return [];
  return [
    `${files.name}: ${others.length} of ${names.length} pictures in ${folder} have no camera in the model, such as ` +
    `${printable(others[0])}; they are not used.`,
  ];
}

/** What to tell of further models, which COLMAP makes of pictures that it could not join. */
async function otherModels(files: SceneFiles, { folder }: ColmapPlace): Promise<string[]> {
  if (!folder.endsWith("/0")) return [];
  const others = (await files.list(folder.slice(0, -2)) ?? []).filter((name) => /^[1-9]\d*$/.test(name));
  if (others.length === 0) return [];
  return [
    `${files.name}: ${folder} is read, and ${others.length} more models beside it, such as ${
      others[0]
    }, are not used; ` +
    "the largest model should be number 0.",
  ];
}
