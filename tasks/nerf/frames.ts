import { join } from "@std/path";
import { type Camera, resizeCamera } from "../../lib/data/scene/camera.ts";
import type { Picture } from "../../lib/codec/image/picture.ts";
import type { RaySpace } from "../../lib/data/scene/ray_space.ts";
import type { Field } from "../../lib/field/field.ts";
import { joinFrames } from "../../lib/codec/image/encode_animated_png.ts";
import { depthPicture } from "../../lib/render/depth_picture.ts";
import { encodePng } from "../../lib/codec/image/encode_png.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { cameraPath, type CameraPathKind } from "../../lib/render/camera_path.ts";
import { type RenderedView, renderView } from "../../lib/render/render_view.ts";
import type { VolumeOptions } from "../../lib/objective/volume_rendering.ts";
import type { SceneRecord } from "./scene_record.ts";

/** Which frames to render. */
export interface FrameOptions {
  readonly path: CameraPathKind;
  readonly frames: number;
  /** Of a frame; the cameras' own by default. */
  readonly width?: number;
  /** Whether depth maps are wanted too. */
  readonly depth?: boolean;
  /** Shows what is being done. */
  readonly say: (what: string) => void;
  /** Ends it, within a frame. */
  readonly signal: AbortSignal;
}

/**
 * Renders frames along a path: `PATH/000.png` … and, all in one, `PATH.png`. They replace those of an earlier call when all are
 * there; until then, and where it is interrupted, they lie in `PATH.unfinished`. Returns how many it made.
 */
export async function renderFrames(
  folder: RunFolder,
  field: Field,
  record: SceneRecord,
  volume: VolumeOptions,
  options: FrameOptions,
): Promise<number> {
  const { path, frames, width, depth, say, signal } = options;
  const files: Uint8Array[] = [];
  const unfinished = unfinishedPath(path);
  await remove(folder, [unfinished]);
  for (const [i, camera] of cameraPath(path, record.bounds, frames).entries()) {
    const view = await renderView(field, scaled(camera, width), {
      ...volume,
      space: record.space,
      signal,
      onProgress: (done) => say(`${path}: frame ${i + 1} of ${frames}, ${Math.round(100 * done)} %`),
    }).catch((error) => {
      if (!signal.aborted) throw error;
    });
    if (view === undefined) return i;
    const name = `${unfinished}/${String(i).padStart(3, "0")}`;
    const file = encodePng(view.picture);
    await folder.writeFile(`${name}.png`, file);
    if (depth) {
      await folder.writeFile(`${name}_depth.png`, encodePng(depthMap(view, record.space)));
    }
    files.push(file);
  }
  const animation = joinFrames(files);
  await remove(folder, [path, `${path}.png`]);
  await Deno.rename(join(folder.path, unfinished), join(folder.path, path));
  await folder.writeFile(`${path}.png`, animation);
  return frames;
}

/** Removes a path's frames, also those of an interrupted call: for a field that has been trained further. */
export async function removeFrames(folder: RunFolder, path: CameraPathKind): Promise<void> {
  await remove(folder, [path, `${path}.png`, unfinishedPath(path)]);
}

/** Where frames lie until all are there. */
export function unfinishedPath(path: CameraPathKind): string {
  return `${path}.unfinished`;
}

/** Removes files and folders; those that are not there count as removed. */
async function remove(folder: RunFolder, names: readonly string[]): Promise<void> {
  for (const name of names) await Deno.remove(join(folder.path, name), { recursive: true }).catch(() => {});
}

/** A view's depth as a picture, in the levels that suit the space. */
export function depthMap({ picture, depth, opacity }: RenderedView, { kind }: RaySpace): Picture {
  return depthPicture(depth, opacity, picture.width, picture.height, kind === "ndc" ? "linear" : "inverse");
}

function scaled(camera: Camera, width = camera.width): Camera {
  return resizeCamera(camera, width, Math.max(1, Math.round(camera.height * width / camera.width)));
}
