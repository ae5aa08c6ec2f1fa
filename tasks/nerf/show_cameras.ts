import { addScaled, normalise, poseColumn, type Vector3 } from "../../lib/data/scene/camera.ts";
import { sceneFigures } from "../../lib/data/scene/scene_figures.ts";
import type { SceneSurvey } from "../../lib/data/scene/scene.ts";
import { encodePng } from "../../lib/codec/image/encode_png.ts";
import { checkNewRun, createRunFolder } from "../run/new_run.ts";
import { cameraBefore, cameraSegments, drawSegments, segmentsPly } from "../../lib/render/camera_drawing.ts";
import { callerPath } from "../shell/caller_path.ts";
import { runsFolder } from "../shell/run_path.ts";
import { optionSpelling } from "../shell/command.ts";
import { UserError } from "../shell/user_error.ts";
import type { NerfValues } from "./command.ts";
import { loadSurvey } from "./load_scene.ts";
import { counted } from "../shell/counted.ts";

const SIZE = { width: 900, height: 700 };

/** Colour of test cameras, linear RGB; training cameras are grey. */
const TEST: Vector3 = [0.95, 0.5, 0];

/** The options that `--show-cameras` allows: those that the cameras or the run's folder depend on. */
const APPLICABLE = ["showCameras", "scene", "name", "out", "downscale", "hold", "size", "near", "far"];

/**
 * Draws the scene's cameras: `cameras.ply` has them as line segments, `cameras.png` shows them from above and to the side.
 *
 * @param given The options that were on the command line.
 * @param signal Ends reading, before anything is written.
 * @throws {UserError} If one of them does not concern the cameras.
 */
export async function showCameras(values: NerfValues, given: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
  const other = [...given].find((option) => !APPLICABLE.includes(option));
  if (other !== undefined) {
    throw new UserError(
      `--show-cameras draws the cameras and does not train, so ${optionSpelling(other)} cannot be given with it.`,
    );
  }
  const { scene: path, name, out } = values;
  const place = { root: runsFolder(out), task: "nerf", name };
  await checkNewRun(place);
  const scene = await loadSurvey({ ...values, scene: path === undefined ? undefined : callerPath(path) }, signal);
  const [train, test] = [scene.train, scene.test].map((views) => views.map(({ camera }) => camera));
  const cameras = [...train, ...test];
  const positions = cameras.map(({ pose }) => poseColumn(pose, 3));
  const middle = mean(positions);
  const spread = Math.max(...positions.map((position) => Math.hypot(...addScaled(position, middle, -1))), 1e-6);
  const segments = [...cameraSegments(train, 0.3 * spread), ...cameraSegments(test, 0.3 * spread, TEST)];
  const folder = await createRunFolder(place);
  await folder.writeFile("cameras.ply", segmentsPly(segments));
  const up = normalise(mean(cameras.map(({ pose }) => poseColumn(pose, 1))));
  const back = mean(cameras.map(({ pose }) => poseColumn(pose, 2)));
  const aside = addScaled(addScaled(poseColumn(cameras[0].pose, 0), up, 0.7), back, 1);
  await folder.writeFile("cameras.png", encodePng(drawSegments(segments, cameraBefore(segments, aside, up, SIZE))));
  for (const line of figureLines(scene)) console.log(line);
  console.log(
    `${counted(cameras.length, "camera")} ${
      cameras.length === 1 ? "is" : "are"
    } drawn in cameras.ply and cameras.png in ${folder.path}`,
  );
}

/** The figures by which one sees whether a scene is read as it is meant. */
function figureLines({ train, test, near, far }: SceneSurvey): string[] {
  const shots = [...train, ...test];
  const { focus, distances, miss, behind, fieldOfView, offCentre } = sceneFigures(shots.map(({ camera }) => camera));
  const sizes = [...new Set(shots.map(({ camera: { width, height } }) => `${width}×${height}`))];
  const short = (value: number) => String(Number(value.toPrecision(4)));
  const fixed = (value: number) => value.toFixed(3).replace(/^-(0\.0+)$/, "$1");
  const range = (low: number, high: number) =>
    short(low) === short(high) ? short(low) : `${short(low)} to ${short(high)}`;
  const masks = shots.filter(({ maskPath }) => maskPath !== undefined).length;
  return [
    `Views       ${train.length} to train on, ${test.length} held out${masks > 0 ? `, ${masks} with masks` : ""}`,
    `Pictures    ${sizes.slice(0, 4).join(", ")}${sizes.length > 4 ? ", …" : ""} pixels, ${
      range(...fieldOfView)
    }° wide, ` +
    `principal points up to ${short(100 * offCentre)} % off the middle`,
    `Looking at  (${focus.map(fixed).join(", ")}), ${
      range(distances[0], distances[2])
    } away; the optical axes pass it by ` +
    `${fixed(100 * miss)} % of that; it is behind ${counted(behind, "camera")}`,
    `Rays        from ${short(near)} to ${short(far)}`,
  ];
}

function mean(vectors: readonly Vector3[]): Vector3 {
  return vectors.reduce<Vector3>((sum, each) => addScaled(sum, each, 1 / vectors.length), [0, 0, 0]);
}
