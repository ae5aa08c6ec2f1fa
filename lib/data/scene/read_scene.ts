import { readLlff } from "./llff.ts";
import { HOLDS, type Scene, type SceneOptions } from "./scene.ts";
import { checkWhole } from "../../codec/image/check_picture.ts";
import { checkBounds } from "./ray_space.ts";
import type { SceneFiles } from "./scene_files.ts";
import { readSynthetic, readTransforms } from "./transforms.ts";

const READERS = {
  "poses_bounds.npy": readLlff,
  "transforms_train.json": readSynthetic,
  "transforms.json": readTransforms,
};

/** Matches the names of the files by which a folder is recognised as a scene. */
export const SCENE_FILES: RegExp = new RegExp(
  `^(${Object.keys(READERS).map((name) => RegExp.escape(name)).join("|")})$`,
);

/**
 * Reads a scene of photographs with known cameras. Its format is recognised by its files: `poses_bounds.npy` (LLFF),
 * `transforms_train.json` (NeRF-synthetic) or `transforms.json` (instant-ngp, nerfstudio).
 *
 * @throws {Error} If the files are none of these, a file is malformed, or an option is invalid.
 */
export async function readScene(files: SceneFiles, options: SceneOptions = {}): Promise<Scene> {
  const { size, downscale, hold, background } = options;
  for (const [name, value] of Object.entries({ size, downscale })) {
    if (value !== undefined) checkWhole(`readScene: ${name}`, value, 1);
  }
  if (hold !== undefined && !HOLDS.includes(hold)) {
    throw new Error(`readScene: hold: expected one of ${HOLDS.join(", ")}, found ${hold}.`);
  }
  if (background !== undefined && background !== "black" && background !== "white") {
    throw new Error(`readScene: background: expected black or white, found ${background}.`);
  }
  for (const [file, read] of Object.entries(READERS)) {
    if (await files.read(file) === undefined) continue;
    const scene = await read(files, options);
    if (scene.train.length === 0) {
      throw new Error(`${files.name}: expected at least 2 views, so that one can be held out, found 1.`);
    }
    checkBounds(files.name, scene.near, scene.far);
    return scene;
  }
  throw new Error(
    `${files.name}: this folder is no scene: expected one of ${Object.keys(READERS).join(", ")}, found none.`,
  );
}
