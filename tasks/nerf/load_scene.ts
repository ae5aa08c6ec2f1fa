import { fromFileUrl } from "@std/path";
import { readScene } from "../../lib/data/scene/read_scene.ts";
import type { Scene } from "../../lib/data/scene/scene.ts";
import { sceneFolder } from "../../lib/data/scene/scene_files.ts";
import { UserError } from "../shell/user_error.ts";
import type { NerfValues } from "./command.ts";

/** The scene to train on if none is named. */
const DEFAULT_SCENE = fromFileUrl(new URL("../../fixtures/scene/", import.meta.url));

/** Reads the scene as the options say and prints its warnings. */
export async function loadScene(values: NerfValues): Promise<Scene> {
  const path = values.scene ?? DEFAULT_SCENE;
  const found = await Deno.stat(path).catch(() => undefined);
  if (!found?.isDirectory) {
    const instead = found === undefined ? "there is no such folder" : "it is a file";
    throw new UserError(`${path}: expected a scene's folder, but ${instead}.`);
  }
  const { size, downscale, hold, background, near, far } = values;
  const scene = await readScene(sceneFolder(path), { size: size || undefined, downscale, hold, background, near, far });
  for (const warning of scene.warnings) console.error(`warning: ${warning}`);
  return scene;
}
