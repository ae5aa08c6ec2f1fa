import { basename, dirname } from "../../lib/std/path/mod.ts";
import { keptFiles } from "../../lib/data/scene/kept_files.ts";
import { readScene, sceneOfFile, surveyScene } from "../../lib/data/scene/read_scene.ts";
import type { Scene, SceneOptions, SceneSurvey } from "../../lib/data/scene/scene.ts";
import { type SceneFiles, sceneFolder } from "../../lib/data/scene/scene_files.ts";
import { SceneTooLargeError } from "../../lib/data/scene/scene_size.ts";
import { projectFile } from "../shell/project_file.ts";
import { UserError } from "../shell/user_error.ts";
import type { Loading } from "../training/task.ts";
import { warn } from "../shell/warn.ts";
import type { NerfValues } from "./command.ts";

/** The most pixels of all training views: decoded on the host, they take 3.2 GB. */
const MOST_PIXELS = 2 ** 28;

/** The bytes that a pixel takes on the device; see `rayData`. */
const PIXEL_BYTES = 8;

/**
 * Reads the scene as the options say and prints its warnings.
 *
 * @param limit The most bytes of a buffer on the device.
 * @throws {UserError} If the photographs do not fit, which is known before any of them is decoded.
 */
export async function loadScene(values: NerfValues, limit: number, { signal, say }: Loading): Promise<Scene> {
  const mostPixels = Math.min(MOST_PIXELS, Math.floor(limit / PIXEL_BYTES));
  const onProgress = (decoded: number, all: number) =>
    say(`reading photograph ${decoded + 1} of ${all}`, decoded / all);
  try {
    return warned(await readScene(await filesOf(values), { ...optionsOf(values), mostPixels, signal, onProgress }));
  } catch (cause) {
    if (!(cause instanceof SceneTooLargeError)) throw cause;
    throw new UserError(`--size ${values.size ?? 0}: ${cause.message.replace("a size of", "--size")}`, { cause });
  }
}

/** Reads what is known of the scene without decoding its photographs, and prints its warnings. A signal ends it between two files. */
export async function loadSurvey(values: NerfValues, signal: AbortSignal): Promise<SceneSurvey> {
  return warned(await surveyScene(keptFiles(await filesOf(values), signal), optionsOf(values)));
}

/** The files of the scene that is named, or else of the project's own one. */
async function filesOf({ scene }: NerfValues): Promise<SceneFiles> {
  const path = scene ?? projectFile("fixtures/scene/", "a run without the name of a scene");
  const found = await Deno.stat(path).catch(() => undefined);
  if (found === undefined) throw new UserError(`${path}: expected a scene's folder, but there is no such folder.`);
  return found.isDirectory ? sceneFolder(path) : sceneOfFile(sceneFolder(dirname(path)), basename(path));
}

function optionsOf({ size, downscale, hold, background, near, far }: NerfValues): SceneOptions {
  return { size: size || undefined, downscale, hold, background, near, far };
}

function warned<S extends Scene | SceneSurvey>(scene: S): S {
  scene.warnings.forEach(warn);
  return scene;
}
