import { addScaled, type Camera, normalise, poseColumn, type Vector3 } from "../../lib/data/scene/camera.ts";
import { focusOf } from "../../lib/data/scene/focus.ts";
import { encodePng } from "../../lib/output/png.ts";
import { checkNewRun, createRunFolder } from "../../lib/output/run_folder.ts";
import { cameraSegments, drawSegments, segmentsPly } from "../../lib/render/camera_drawing.ts";
import { lookingAt } from "../../lib/render/camera_path.ts";
import { callerPath } from "../shell/caller_path.ts";
import type { NerfValues } from "./command.ts";
import { loadScene } from "./input.ts";

const SIZE = { width: 900, height: 700 };

/** Writes the scene's cameras as `cameras.ply` and as seen from above and aside, `cameras.png`. */
export async function showCameras(values: NerfValues): Promise<void> {
  const { scene: path, name } = values;
  const place = { root: callerPath("runs"), task: "nerf", name };
  await checkNewRun(place);
  const scene = await loadScene({ ...values, scene: path === undefined ? undefined : callerPath(path) });
  const cameras = [...scene.train, ...scene.test].map(({ camera }) => camera);
  const positions = cameras.map(({ pose }) => poseColumn(pose, 3));
  const middle = mean(positions);
  const spread = Math.max(...positions.map((position) => Math.hypot(...addScaled(position, middle, -1))), 1e-6);
  const segments = cameraSegments(cameras, 0.3 * spread);
  const folder = await createRunFolder(place);
  await folder.writeFile("cameras.ply", segmentsPly(segments));
  const up = normalise(mean(cameras.map(({ pose }) => poseColumn(pose, 1))));
  const target = scene.kind === "around" ? focusOf(cameras.map(({ pose }) => pose)) : middle;
  const back = mean(cameras.map(({ pose }) => poseColumn(pose, 2)));
  const aside = normalise(addScaled(addScaled(poseColumn(cameras[0].pose, 0), up, 0.7), back, 1));
  const camera: Camera = {
    pose: lookingAt(addScaled(target, aside, 3.2 * spread), target, up),
    ...SIZE,
    focal: [1000, 1000],
    centre: [SIZE.width / 2, SIZE.height / 2],
  };
  await folder.writeFile("cameras.png", encodePng(drawSegments(segments, camera)));
  console.log(`${cameras.length} cameras are drawn in ${folder.path}`);
}

function mean(vectors: readonly Vector3[]): Vector3 {
  return vectors.reduce<Vector3>((sum, each) => addScaled(sum, each, 1 / vectors.length), [0, 0, 0]);
}
