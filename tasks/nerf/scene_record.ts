import type { RaySpace, SceneBounds } from "../../lib/data/scene/ray_space.ts";
import type { Scene } from "../../lib/data/scene/scene.ts";
import { fromJson, toJson } from "../../lib/output/json.ts";
import type { RunFolder } from "../../lib/output/run_folder.ts";
import { UserError } from "../shell/user_error.ts";

const FILE = "scene.json";

/** What rendering needs to know of a scene, so that a run can be rendered without it. */
export interface SceneRecord {
  readonly bounds: SceneBounds;
  readonly space: RaySpace;
  readonly background: Scene["background"];
}

/** Keeps it in the run's folder. */
export async function writeSceneRecord(folder: RunFolder, record: SceneRecord): Promise<void> {
  await folder.writeFile(FILE, `${toJson(record, 1)}\n`);
}

/** Reads it again. */
export async function readSceneRecord(folder: RunFolder): Promise<SceneRecord> {
  const path = `${folder.path}/${FILE}`;
  try {
    return fromJson(await Deno.readTextFile(path)) as SceneRecord;
  } catch (cause) {
    throw new UserError(`${path}: cannot be read: ${(cause as Error).message}.`, { cause });
  }
}
