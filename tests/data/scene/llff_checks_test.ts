import { assertEquals, assertStringIncludes } from "@std/assert";
import { sceneFromBytes, surveyScene } from "../../../lib/data/scene/mod.ts";
import { lookingAt } from "../../../lib/render/camera_path.ts";
import { npy, testPng } from "../../support/scenes.ts";

type Point = [number, number, number];

/** A row of `poses_bounds.npy` for a pose with the columns right, up, back, position; which columns are stored may be changed. */
function row(pose: readonly number[], [near, far] = [2, 8], columns = "drb"): number[] {
  const stored = (r: number) => {
    const [right, up, back] = pose.slice(4 * r, 4 * r + 3);
    return columns === "drb" ? [-up, right, back] : [right, -up, -back];
  };
  const size = [30, 40, 50];
  return [...[0, 1, 2].flatMap((r) => [...stored(r), pose[4 * r + 3], size[r]]), near, far];
}

/** Twelve cameras on a grid that all look at a point four units in front of them. */
const forward = Array.from({ length: 12 }, (_, i) => {
  const at: Point = [0.3 * (i % 4), 0.3 * Math.floor(i / 4), 0.05 * (i % 3)];
  return lookingAt(at, [0.5, 0.3, -4], [0, 1, 0]);
});

/** Cameras around a point. */
const around = Array.from({ length: 12 }, (_, i) => {
  const angle = 2 * Math.PI * i / 12;
  return lookingAt([4 * Math.cos(angle), 4 * Math.sin(angle), 1], [0, 0, 0], [0, 0, 1]);
});

async function surveyOf(rows: readonly (readonly number[])[], files: Record<string, Uint8Array> = {}) {
  const pictures = Object.fromEntries(
    rows.map((_, i) => [`images_8/${String(i).padStart(2, "0")}.png`, testPng(20, 15)]),
  );
  const poses = { "poses_bounds.npy": npy(rows.flat(), `(${rows.length}, 17)`) };
  return await surveyScene(sceneFromBytes({ ...poses, ...pictures, ...files }, "scene"));
}

async function warningsOf(...given: Parameters<typeof surveyOf>) {
  return (await surveyOf(...given)).warnings;
}

Deno.test("cameras that look forward, converging, parallel or by hand, are not warned of", async () => {
  assertEquals(await warningsOf(forward.map((pose) => row(pose))), []);
  const parallel = forward.map((pose) =>
    pose.map((value, i) => i % 4 === 3 ? value : [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0][i])
  );
  assertEquals(await warningsOf(parallel.map((pose) => row(pose))), []);
  // Each camera looks at a point of its own, some degrees aside.
  const byHand = forward.map((pose, i) => {
    const at: Point = [pose[3], pose[7], pose[11]];
    return lookingAt(at, [0.5 + 0.6 * Math.sin(7 * i), 0.3 + 0.6 * Math.cos(5 * i), -4], [0, 1, 0]);
  });
  assertEquals(await warningsOf(byHand.map((pose) => row(pose))), []);
});

Deno.test("columns of another order, bounds of another scale, a stray camera and a ring are warned of", async () => {
  const [turned] = await warningsOf(forward.map((pose) => row(pose, [2, 8], "rdf")));
  assertStringIncludes(turned, "12 of 12 cameras look away from the point nearest to their optical axes");
  assertStringIncludes(turned, "with the columns down, right and back are expected.");
  for (const bounds of [[40, 80], [0.01, 0.06]] as [number, number][]) {
    const [warning, ...more] = await warningsOf(forward.map((pose) => row(pose, bounds)));
    assertEquals(more, []);
    assertStringIncludes(warning, "but what the cameras look at is 4");
  }
  const stray = forward.map((pose, i) => row(pose.with(3, i === 3 ? 500 : pose[3])));
  const [far, ...others] = await warningsOf(stray);
  assertEquals(others, []);
  assertStringIncludes(far, "the camera of images_8/03.png is ");
});

Deno.test("a ring of cameras is read as such, with the bounds of the file, and not as forward-facing", async () => {
  const rows = around.map((pose) => row(pose));
  const { kind, near, far, warnings } = await surveyOf(rows);
  assertEquals([kind, near, far], ["around", 0.9 * 2, 8]);
  assertEquals(warnings, [
    "scene: 12 of 12 cameras look more than 45 degrees away from their common direction, so this is read as a scene with cameras around " +
    "what they look at, not as a forward-facing one.",
  ]);
  assertEquals((await surveyOf(forward.map((pose) => row(pose)))).kind, "forward");
  const [, far40] = await warningsOf(around.map((pose) => row(pose, [20, 40])));
  assertStringIncludes(far40, "rays go from 18 to 40, but what the cameras look at is 4.12 to 4.12 away");
});

Deno.test("masks beside the photographs of an LLFF scene are no photographs", async () => {
  const files = { "images_8/dynamic_mask_00.png": testPng(20, 15), "images_8/01.alpha.png": testPng(20, 15) };
  const warnings = await warningsOf(forward.map((pose) => row(pose)), files);
  assertEquals(warnings.map((each) => each.split(",")[0]), [
    "scene: 1 masks of moving objects",
    "scene: 1 separate alpha channels",
  ]);
});
