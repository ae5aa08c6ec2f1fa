import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { type Camera, cameraRay, projectPoint, type Vector3 } from "../../lib/data/scene/mod.ts";
import { cameraPath, type CameraPathKind } from "../../lib/render/mod.ts";
import { lookingAt } from "../../lib/render/camera_path.ts";
import { poseColumn } from "../../lib/data/scene/camera.ts";

const lens = { width: 40, height: 30, focal: [50, 50], centre: [20, 15] } as const;
const around: Camera[] = Array.from({ length: 8 }, (_, i) => {
  const angle = i * Math.PI / 4;
  return { ...lens, pose: lookingAt([1 + 3 * Math.cos(angle), 2 + 3 * Math.sin(angle), 2], [1, 2, 0], [0, 0, 1]) };
});

Deno.test("an orbit keeps its distance and height, looks at the focus, and goes once around", () => {
  const path = cameraPath("orbit", { cameras: around, near: 1, far: 5, kind: "around" }, 12);
  assertEquals(path.length, 12);
  for (const camera of path) {
    const [x, y, z] = poseColumn(camera.pose, 3);
    assertAlmostEquals(Math.hypot(x - 1, y - 2, z), Math.sqrt(13), 1e-9);
    assertAlmostEquals(z, 2, 1e-9);
    const seen = projectPoint(camera, [1, 2, 0])!;
    assertLess(Math.hypot(seen[0] - 20, seen[1] - 15), 1e-9);
  }
  const sum = path.reduce((total, { pose }) => total + pose[3], 0);
  assertAlmostEquals(sum / 12, 1, 1e-9);
});

Deno.test("a spiral stays within the cameras' spread and looks the way that they look", () => {
  const cameras = [-1, -0.5, 0, 0.5, 1].map((x): Camera => ({
    ...lens,
    pose: [1, 0, 0, x, 0, 1, 0, x / 2, 0, 0, 1, 0],
  }));
  const path = cameraPath("spiral", { cameras, near: 2, far: 20, kind: "forward" }, 40);
  const focus: Vector3 = [0, 0, -1 / (0.25 / 2 + 0.75 / 20)];
  for (const camera of path) {
    const [x, y, z] = poseColumn(camera.pose, 3);
    assertLess(Math.abs(x), 1 + 1e-9);
    assertLess(Math.abs(y), 0.5 + 1e-9);
    assertAlmostEquals(z, 0, 1e-9);
    assertLess(cameraRay(camera, 20, 15).direction[2], -0.9);
    const seen = projectPoint(camera, focus)!;
    assertLess(Math.hypot(seen[0] - 20, seen[1] - 15), 1e-9);
  }
});

Deno.test("an orbit starts beside cameras that stand straight above one another or upside down", () => {
  const at = (pose: number[]): Camera => ({ ...lens, pose });
  const column = [0, 1, 2].map((y) => at([1, 0, 0, 0, 0, 1, 0, y, 0, 0, 1, 0]));
  const down = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 4];
  const upsideDown = [-1, 0, 0, 1, 0, -1, 0, 0, 0, 0, 1, 4];
  const above = lookingAt([0, 1e-12, 4], [0, 0, 0], [0, 0, 1]);
  for (const cameras of [column, [at(down), at(upsideDown)], [at(above), ...around]]) {
    for (const { pose } of cameraPath("orbit", { cameras, near: 1, far: 5, kind: "around" }, 5)) {
      assert(pose.every(Number.isFinite), pose.join(" "));
    }
  }
});

Deno.test("paths that there are none of are refused in one sentence", () => {
  const path = (kind: CameraPathKind, cameras: Camera[], frames = 3) =>
    cameraPath(kind, { cameras, near: 1, far: 5, kind: "around" }, frames);
  for (const frames of [0, -1, 1.5]) {
    const message = `cameraPath: frames: expected a whole number of at least 1, found ${frames}.`;
    assertThrows(() => path("orbit", around, frames), RangeError, message);
  }
  assertThrows(() => path("orbit", []), Error, "cameraPath: expected at least one camera, found none.");
  assertThrows(() => path("orbit", [around[0], around[0]]), Error, "but all cameras are in one place.");
  const ring = around.map((_, i): Camera => {
    const angle = i * Math.PI / 4;
    return { ...lens, pose: lookingAt([Math.cos(angle), Math.sin(angle), 0], [0, 0, 0], [0, 0, 1]) };
  });
  assertThrows(
    () => path("zoom" as CameraPathKind, around),
    Error,
    "cameraPath: expected one of spiral, orbit, found zoom.",
  );
  const near = { cameras: around, near: 0, far: 5, kind: "around" } as const;
  assertThrows(
    () => cameraPath("orbit", near, 3),
    Error,
    "cameraPath: expected distances 0 < near < far, found 0 and 5.",
  );
  assertThrows(() => path("spiral", ring), Error, "cameras: expected all to look in about the same direction");
});
