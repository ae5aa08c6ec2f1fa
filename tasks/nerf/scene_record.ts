import { type Camera, checkCamera } from "../../lib/data/scene/camera.ts";
import { checkBounds, RAY_SPACES, type RaySpace, type SceneBounds } from "../../lib/data/scene/ray_space.ts";
import type { Scene } from "../../lib/data/scene/scene.ts";
import { readJson, toJson } from "../run/json.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { checkShape, list, number, object, word } from "../shell/shape.ts";

const FILE = "scene.json";

const numbers = (count: number) => list(number(), { least: count, most: count });
const side = number({ whole: true, min: 1 });
const camera = object({ pose: numbers(12), width: side, height: side, focal: numbers(2), centre: numbers(2) });

const recordShape = object({
  bounds: object({
    cameras: list(camera, { least: 1 }),
    near: number(),
    far: number(),
    kind: word(["forward", "around"]),
  }),
  space: object({
    kind: word(RAY_SPACES),
    motion: numbers(12),
    scale: number({ above: 0 }),
    near: number(),
    far: number(),
    inputScale: number({ above: 0 }),
    cube: numbers(2),
  }),
  background: word(["black", "white"]),
});

/** What rendering needs to know about a scene, so that a run can be rendered without the scene's files. */
export interface SceneRecord {
  readonly bounds: SceneBounds;
  readonly space: RaySpace;
  readonly background: Scene["background"];
}

/** Writes the record to the run's folder. */
export async function writeSceneRecord(folder: RunFolder, record: SceneRecord): Promise<void> {
  await folder.writeFile(FILE, `${toJson(record, 1)}\n`);
}

/**
 * Reads the record from the run's folder.
 *
 * @throws {UserError} If the file cannot be read, or is not a valid record.
 */
export async function readSceneRecord(folder: RunFolder): Promise<SceneRecord> {
  const path = `${folder.path}/${FILE}`;
  const scene = checkShape(await readJson(path), recordShape, path);
  const { bounds, space } = scene;
  // The cameras of a path have no lens distortion.
  for (const [i, camera] of bounds.cameras.entries()) {
    checkCamera(`${path}, camera ${i}`, { ...camera as unknown as Camera, distortion: undefined });
  }
  checkBounds(path, bounds.near, bounds.far);
  checkBounds(path, space.near, space.far);
  return scene as unknown as SceneRecord;
}
