import { type Camera, checkCamera } from "../../lib/data/scene/camera.ts";
import { checkBounds, RAY_SPACES, type RaySpace, type SceneBounds } from "../../lib/data/scene/ray_space.ts";
import type { Scene } from "../../lib/data/scene/scene.ts";
import { fromJson, toJson } from "../run/json.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { UserError } from "../shell/user_error.ts";

const FILE = "scene.json";

type Parts = Readonly<Record<string, unknown>>;

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
  let found: unknown;
  try {
    found = fromJson(await Deno.readTextFile(path));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) throw new UserError(`${path}: there is no such file.`, { cause });
    throw new UserError(`${path}: cannot be read: ${(cause as Error).message}.`, { cause });
  }
  const record = partsOf(found);
  const [bounds, space] = [partsOf(record.bounds), partsOf(record.space)];
  const cameras = Array.isArray(bounds.cameras) ? bounds.cameras.map(partsOf) : [];
  const whole = cameras.length > 0 && cameras.every(isCamera) && areNumbers([bounds.near, bounds.far], 2) &&
    ["forward", "around"].includes(bounds.kind as string) && RAY_SPACES.includes(space.kind as RaySpace["kind"]) &&
    areNumbers(space.motion, 12) && areNumbers([space.scale, space.near, space.far, space.inputScale], 4) &&
    areNumbers(space.cube, 2) && ["black", "white"].includes(record.background as string);
  if (!whole) {
    throw new UserError(
      `${path}: expected cameras, bounds, a ray space and a background, but not all of them were found.`,
    );
  }
  // The cameras of a path have no lens distortion.
  for (const [i, camera] of cameras.entries()) {
    checkCamera(`${path}, camera ${i}`, { ...camera as unknown as Camera, distortion: undefined });
  }
  checkBounds(path, Number(bounds.near), Number(bounds.far));
  checkBounds(path, Number(space.near), Number(space.far));
  if (!(Number(space.scale) > 0 && Number(space.inputScale) > 0)) {
    throw new UserError(
      `${path}: expected a ray space with positive scales, found ${space.scale} and ${space.inputScale}.`,
    );
  }
  return found as SceneRecord;
}

function isCamera({ pose, width, height, focal, centre }: Parts): boolean {
  const sizes = [width, height].every((side) => Number.isSafeInteger(side) && Number(side) > 0);
  return sizes && areNumbers(pose, 12) && areNumbers(focal, 2) && areNumbers(centre, 2);
}

function areNumbers(found: unknown, count: number): boolean {
  return Array.isArray(found) && found.length === count && found.every((each) => typeof each === "number");
}

/** An object's members; an empty object for anything that is not an object. */
function partsOf(found: unknown): Parts {
  return typeof found === "object" && found !== null ? found as Parts : {};
}
