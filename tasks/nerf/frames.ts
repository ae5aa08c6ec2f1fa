import { join } from "../../lib/std/path/mod.ts";
import { type Camera, resizeCamera } from "../../lib/data/scene/camera.ts";
import type { Picture } from "../../lib/codec/image/picture.ts";
import type { RaySpace } from "../../lib/data/scene/ray_space.ts";
import type { Field } from "../../lib/field/field.ts";
import { joinFrames } from "../../lib/codec/image/encode_animated_png.ts";
import { decodePicture } from "../../lib/codec/image/decode_picture.ts";
import { encodeGif } from "../../lib/codec/image/encode_gif.ts";
import { depthPicture } from "../../lib/render/depth_picture.ts";
import { encodePng } from "../../lib/codec/image/encode_png.ts";
import { remove, rename } from "../run/disk.ts";
import { commandText } from "../shell/command_text.ts";
import { FolderLock } from "../run/folder_lock.ts";
import { removeFilesOf } from "../run/remove_files.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { cameraPath, type CameraPathKind } from "../../lib/render/camera_path.ts";
import { type RenderedView, renderView } from "../../lib/render/render_view.ts";
import type { VolumeOptions } from "../../lib/objective/volume_rendering.ts";
import type { SceneRecord } from "./scene_record.ts";

/** The names of frames and their depth maps. */
const FRAME = /^\d{3,}(_depth)?\.png$/;

/** The frames that an animation shows in a second. */
const FRAMES_PER_SECOND = 15;

/** Which frames to render. */
export interface FrameOptions {
  readonly path: CameraPathKind;
  readonly frames: number;
  /** Width of a frame in pixels; by default that of the path's cameras. */
  readonly width?: number;
  /** Whether to write depth maps too. */
  readonly depth?: boolean;
  /** Whether to write the animation as GIF too. */
  readonly gif?: boolean;
  /** Shows the progress. */
  readonly say: (what: string, part: number) => void;
  /** Stops the rendering, also in the middle of a frame. */
  readonly signal: AbortSignal;
}

/**
 * Renders frames along a path: `PATH/000.png` … and an animation of all of them, `PATH.png`, perhaps also `PATH.gif`. The frames are written to
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
  const { path, frames, width, depth, gif, say, signal } = options;
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
  const animation = joinFrames(files, FRAMES_PER_SECOND);
  await removeFilesOf(join(folder.path, path), FRAME);
  await rename(join(folder.path, unfinished), join(folder.path, path));
  await folder.writeFile(`${path}.png`, animation);
  if (gif) {
    await folder.writeFile(
      `${path}.gif`,
      await encodeGif(files.map((file) => () => decodePicture(file)), {
        framesPerSecond: FRAMES_PER_SECOND,
      }),
    );
  } else await removeIfThere(join(folder.path, `${path}.gif`));
  return frames;
}

/** Removes a path's frames, also those of an interrupted call, because they are outdated once the field has been trained further. */
export async function removeFrames(folder: RunFolder, path: CameraPathKind): Promise<void> {
  for (const frames of [path, unfinishedPath(path)]) await removeFilesOf(join(folder.path, frames), FRAME);
  for (const type of ["png", "gif"]) await removeIfThere(join(folder.path, `${path}.${type}`));
}

async function removeIfThere(path: string): Promise<void> {
  await remove(path).catch(() => {});
}

/** The command that makes an MP4 of a path's frames, with an even width and height, which players want. */
export function mp4Command(folder: string, path: CameraPathKind): string {
  const frames = join(folder, path);
  const options = ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-c:v", "libx264", "-pix_fmt", "yuv420p", `${frames}.mp4`];
  return commandText("ffmpeg", ["-framerate", `${FRAMES_PER_SECOND}`, "-i", join(frames, "%03d.png"), ...options]);
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
