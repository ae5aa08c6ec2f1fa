import { readScene } from "../../lib/data/scene/read_scene.ts";
import type { Scene } from "../../lib/data/scene/scene.ts";
import { sceneFolder } from "../../lib/data/scene/scene_files.ts";
import { UserError } from "../shell/user_error.ts";
import type { NerfValues } from "./command.ts";

/** The scene that is trained on where none is named. */
const DEFAULT_SCENE = new URL("../../fixtures/scene/", import.meta.url).pathname;

/** Reads the scene as the options say and shows its warnings. */
export async function loadScene(values: NerfValues): Promise<Scene> {
  const path = values.scene ?? DEFAULT_SCENE;
  if (!(await Deno.stat(path).catch(() => undefined))?.isDirectory) {
    throw new UserError(`${path}: a scene's folder expected, but there is no such folder.`);
  }
  const { size, downscale, hold, background, near, far } = values;
  const scene = await readScene(sceneFolder(path), { size: size || undefined, downscale, hold, background, near, far });
  for (const warning of scene.warnings) console.error(`warning: ${warning}`);
  return scene;
}
