import { type Camera, checkCamera } from "../../lib/data/scene/camera.ts";
import { checkBounds, RAY_SPACES, type RaySpace, type SceneBounds } from "../../lib/data/scene/ray_space.ts";
import type { Scene } from "../../lib/data/scene/scene.ts";
import { readJson, toJson } from "../run/json.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { checkShape, list, number, object, optional, word } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";

const FILE = "scene.json";

/** No coordinate, scale or length is larger than this, or smaller than its inverse if it must be above 0. */
const LARGEST = 1e15;
/** The most pixels of a frame; as many as all training views may have. */
const MOST_PIXELS = 2 ** 28;

const coordinate = number({ min: -LARGEST, max: LARGEST });
const positive = number({ min: 1 / LARGEST, max: LARGEST });
const numbers = (count: number) => list(coordinate, { least: count, most: count });
const side = number({ whole: true, min: 1, max: 2 ** 20 });
const focal = list(number({ min: 1e-6, max: 1e9 }), { least: 2, most: 2 });
const lens = object({ k1: coordinate, k2: coordinate, k3: coordinate, p1: coordinate, p2: coordinate });
const camera = object({
  pose: numbers(12),
  width: side,
  height: side,
  focal,
  centre: numbers(2),
  distortion: optional(lens),
});

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
    scale: positive,
    near: number(),
    far: number(),
    inputScale: positive,
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
  for (const [i, camera] of bounds.cameras.entries()) {
    checkCamera(`${path}, camera ${i}`, camera as unknown as Camera);
    const pixels = camera.width * camera.height;
    if (pixels > MOST_PIXELS) {
      throw new UserError(`${path}, camera ${i}: expected at most ${MOST_PIXELS} pixels, found ${pixels}.`);
    }
  }
  if (!isRotation(space.motion)) {
    throw new UserError(`${path}, space.motion: expected a rotation with a shift, found another matrix.`);
  }
  checkBounds(path, bounds.near, bounds.far);
  checkBounds(path, space.near, space.far);
  return scene as unknown as SceneRecord;
}

/** Whether the left 3 × 3 part of a 3 × 4 matrix, row-major, is orthogonal up to rounding. */
function isRotation(matrix: readonly number[]): boolean {
  return [0, 1, 2].every((i) =>
    [0, 1, 2].every((j) => {
      const product = [0, 1, 2].reduce((sum, k) => sum + matrix[4 * i + k] * matrix[4 * j + k], 0);
      return Math.abs(product - Number(i === j)) < 1e-3;
    })
  );
}
