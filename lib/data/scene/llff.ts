import { type Camera, checkCamera } from "./camera.ts";
import { readNpy } from "../../codec/tensor/npy.ts";
import { type Scene, type SceneOptions, splitViews, type View } from "./scene.ts";
import type { SceneFiles } from "./scene_files.ts";
import { checkCameraSize, checkSameSize, decodeScenePicture, type ScenePicture } from "./scene_picture.ts";

const POSES = "poses_bounds.npy";

/**
 * Reads a scene in the format of LLFF (Mildenhall et al. 2019): `poses_bounds.npy` of shape (N, 17), and N pictures in `images`,
 * `images_4` or a similar folder, in the order of their sorted names. A row consists of 3 × 5 numbers with the columns down, right, back,
 * position and (height, width, focal length) of the full-size pictures, then the nearest and the farthest distance in the view.
 *
 * @throws {Error} If something is missing or malformed.
 */
export async function readLlff(files: SceneFiles, options: SceneOptions = {}): Promise<Scene> {
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
  const { background = "black" } = options;
  const { folder, names } = await pictureFolder(files, options.downscale ?? 8, warnings);
  if (names.length !== shape[0]) {
    throw new Error(
      `${files.name}: expected ${shape[0]} pictures in ${folder}, one for each pose, found ${names.length}.`,
    );
  }
  const pictures = [];
  for (const name of names) {
    const path = `${folder}/${name}`;
    const what = `${files.name}/${path}`;
    const bytes = await files.read(path);
    if (bytes === undefined) throw new Error(`${what}: expected a picture, but it is no file.`);
    const picture = await decodeScenePicture(bytes, what, { ...options, background });
    pictures.push({ name: path, ...picture });
  }
  checkSameSize(files.name, pictures);
  const views = pictures.map((found, i) => viewOf(found, data.subarray(17 * i, 17 * i + 17), `${where}, row ${i}`));
  const bounds = Array.from({ length: shape[0] }, (_, i) => [data[17 * i + 15], data[17 * i + 16]]);
  bounds.forEach(([near, far], i) => {
    if (!(near > 0 && far > near && far < Infinity)) {
      throw new Error(`${where}, row ${i}: expected distances 0 < nearest < farthest, found ${near} and ${far}.`);
    }
  });
  return {
    ...splitViews(views, options.hold),
    near: options.near ?? 0.9 * Math.min(...bounds.map(([near]) => near)),
    far: options.far ?? Math.max(...bounds.map(([, far]) => far)),
    kind: "forward",
    background,
    warnings,
  };
}

/** A picture's view, with the camera in its row of `poses_bounds.npy`. */
function viewOf(found: ScenePicture & { readonly name: string }, row: Float64Array, what: string): View {
  const { name, picture, alpha } = found;
  const [height, width, focal] = [row[4], row[9], row[14]];
  checkCameraSize(what, width, height, found);
  const camera: Camera = {
    // The columns down, right, back are converted to right, up, back.
    pose: [0, 1, 2].flatMap((r) => [row[5 * r + 1], -row[5 * r], row[5 * r + 2], row[5 * r + 3]]),
    width: picture.width,
    height: picture.height,
    focal: [focal * picture.width / width, focal * picture.height / height],
    centre: [picture.width / 2, picture.height / 2],
  };
  checkCamera(what, camera);
  return { name, camera, picture, alpha };
}

/** The folder of pictures for a downscaling factor; if it is missing, the one with the largest pictures. */
async function pictureFolder(files: SceneFiles, downscale: number, warnings: string[]) {
  const wanted = downscale === 1 ? "images" : `images_${downscale}`;
  const factorOf = (name: string) => Number(name.split("_")[1] ?? 1);
  const found = ((await files.list(".")) ?? []).filter((name) => /^images(_[1-9]\d*)?$/.test(name));
  for (const folder of [wanted, ...found.sort((a, b) => factorOf(a) - factorOf(b))]) {
    // macOS adds files such as ._0.png when it copies files; they are ignored.
    const names = (await files.list(folder))?.filter((name) => /^[^.].*\.(png|jpe?g)$/i.test(name));
    if (names === undefined || names.length === 0) continue;
    if (factorOf(folder) !== downscale) {
      warnings.push(`${files.name}: the folder ${wanted} is missing, so ${folder} is read instead.`);
    }
    return { folder, names };
  }
  throw new Error(`${files.name}: expected pictures in images, images_2 or a similar folder, found none.`);
}
