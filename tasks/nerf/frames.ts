import { join } from "../../lib/std/path/mod.ts";
import { type Camera, resizeCamera } from "../../lib/data/scene/camera.ts";
import type { Picture } from "../../lib/codec/image/picture.ts";
import type { RaySpace } from "../../lib/data/scene/ray_space.ts";
import type { Field } from "../../lib/field/field.ts";
import { joinFrames } from "../../lib/codec/image/encode_animated_png.ts";
import { depthPicture } from "../../lib/render/depth_picture.ts";
import { encodePng } from "../../lib/codec/image/encode_png.ts";
import { remove, rename } from "../run/disk.ts";
import { FolderLock } from "../run/folder_lock.ts";
import { removeFilesOf } from "../run/remove_files.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { cameraPath, type CameraPathKind } from "../../lib/render/camera_path.ts";
import { type RenderedView, renderView } from "../../lib/render/render_view.ts";
import type { VolumeOptions } from "../../lib/objective/volume_rendering.ts";
import type { SceneRecord } from "./scene_record.ts";

/** The names of frames and their depth maps. */
const FRAME = /^\d{3,}(_depth)?\.png$/;

/** Which frames to render. */
export interface FrameOptions {
  readonly path: CameraPathKind;
  readonly frames: number;
  /** Width of a frame in pixels; by default that of the path's cameras. */
  readonly width?: number;
  /** Whether to write depth maps too. */
  readonly depth?: boolean;
  /** Shows the progress. */
  readonly say: (what: string, part: number) => void;
  /** Stops the rendering, also in the middle of a frame. */
  readonly signal: AbortSignal;
}

/**
 * Renders frames along a path: `PATH/000.png` … and an animation of all of them, `PATH.png`. The frames are written to
 * `PATH.unfinished` first; only when all are there do they replace those of an earlier call. If the rendering is interrupted, they
 * stay in `PATH.unfinished`. One process at a time renders frames of a run.
 *
 * @returns How many frames it rendered.
 * @throws {UserError} If another process is rendering frames of the run.
 */
export async function renderFrames(
  folder: RunFolder,
  field: Field,
  record: SceneRecord,
  volume: VolumeOptions,
  options: FrameOptions,
): Promise<number> {
  const { path, frames, width, depth, say, signal } = options;
  using _lock = await FolderLock.take(
    folder.path,
    "is rendering frames of this run; wait for it to end",
    ".frames.lock",
  );
  const files: Uint8Array[] = [];
  const unfinished = unfinishedPath(path);
  await removeFilesOf(join(folder.path, unfinished), FRAME);
  for (const [i, camera] of cameraPath(path, record.bounds, frames).entries()) {
    const view = await renderView(field, scaled(camera, width), {
      ...volume,
      space: record.space,
      signal,
      onProgress: (done) => say(`${path}: frame ${i + 1} of ${frames}`, (i + done) / frames),
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
  await removeFilesOf(join(folder.path, path), FRAME);
  await rename(join(folder.path, unfinished), join(folder.path, path));
  await folder.writeFile(`${path}.png`, animation);
  return frames;
}

/** Removes a path's frames, also those of an interrupted call, because they are outdated once the field has been trained further. */
export async function removeFrames(folder: RunFolder, path: CameraPathKind): Promise<void> {
  for (const frames of [path, unfinishedPath(path)]) await removeFilesOf(join(folder.path, frames), FRAME);
  await remove(join(folder.path, `${path}.png`)).catch(() => {});
}

/** The folder that holds the frames until all of them are rendered. */
export function unfinishedPath(path: CameraPathKind): string {
  return `${path}.unfinished`;
}

/** A view's depth as a picture: grey levels are linear in depth for NDC, otherwise linear in inverse depth. */
export function depthMap({ picture, depth, opacity }: RenderedView, { kind }: RaySpace): Picture {
  return depthPicture(depth, opacity, picture.width, picture.height, kind === "ndc" ? "linear" : "inverse");
}

function scaled(camera: Camera, width = camera.width): Camera {
  return resizeCamera(camera, width, Math.max(1, Math.round(camera.height * width / camera.width)));
}
