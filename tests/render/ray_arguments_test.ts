import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  adam,
  createField,
  createOptimizer,
  gaussian,
  radianceField,
  rayData,
  raySpace,
  renderView,
  train,
  volumeRendering,
} from "../../mod.ts";
import type { Picture } from "../../lib/codec/mod.ts";
import type { Camera, RaySpaceKind, View } from "../../lib/data/scene/mod.ts";
import { renderPixels } from "../../lib/render/mod.ts";
import { fileDevice } from "../support/device.ts";
import { testPicture } from "../support/scenes.ts";

const gpu = await fileDevice();
const cameraAt = (x: number): Camera => ({
  pose: [1, 0, 0, x, 0, 1, 0, 0, 0, 0, 1, 4],
  width: 8,
  height: 6,
  focal: [8, 8],
  centre: [4, 3],
});
const cameras = [cameraAt(0), cameraAt(1)];
const bounds = { cameras, near: 2, far: 6, kind: "around" as const };
const space = raySpace("metric", bounds);
const description = radianceField({ activation: gaussian(), depth: 1, width: 16 });

Deno.test("rays are made of RGB pictures of their cameras' size alone", () => {
  const live = gpu.liveBuffers;
  const refuses = (picture: Picture, message: string) => {
    const views: View[] = [
      { name: "a.png", camera: cameras[1], picture: testPicture(8, 6) },
      { name: "b.png", camera: cameras[0], picture },
    ];
    assertThrows(() => rayData(gpu, views, space, { intervals: 4 }), Error, message);
  };
  const found = (what: string) =>
    `rays: b.png: expected a picture of the camera's width×height×channels 8×6×3, found ${what}.`;
  refuses(testPicture(16, 12), found("16×12×3"));
  refuses(testPicture(4, 3), found("4×3×3"));
  for (const channels of [1, 4] as const) {
    const picture = { width: 8, height: 6, channels, pixels: new Float32Array(48 * channels) };
    refuses(picture, found(`8×6×${channels}`));
  }
  refuses(
    { ...testPicture(8, 6), pixels: new Float32Array(9) },
    "rays: b.png: expected 6×8×3 = 144 pixel values, found 9.",
  );
  assertThrows(
    () => rayData(gpu, [], space, { intervals: 4 }),
    Error,
    "rays: expected at least one camera, found none.",
  );
  assertEquals(gpu.liveBuffers, live);
});

Deno.test("training with another number of intervals than the rays have is refused", async () => {
  using field = createField(gpu, description);
  using optimizer = createOptimizer(gpu, adam(), field.layout);
  const views = cameras.map((camera, i): View => ({ name: String(i), camera, picture: testPicture(8, 6) }));
  using data = rayData(gpu, views, space, { intervals: 5 });
  const run = train({ field, objective: volumeRendering({ intervals: 4 }), data, optimizer, epochs: 1, batchSize: 32 });
  await assertRejects(
    () => Array.fromAsync(run),
    Error,
    "rays: expected an objective with 5 intervals, as the rays have, found 4.",
  );
});

Deno.test("pixels of no camera are refused, and none are rendered as none", async () => {
  using field = createField(gpu, description);
  const render = (views: Camera[], pixels: number[]) =>
    renderPixels(field, views, Uint32Array.from(pixels), { intervals: 4, space });
  await assertRejects(
    () => render(cameras, [0, 96]),
    RangeError,
    "rendering: expected pixels below 96, the number of all pixels of the cameras, found 96.",
  );
  await assertRejects(() => render([], []), Error, "rays: expected at least one camera, found none.");
  const none = new Float32Array(0);
  assertEquals(await render(cameras, []), {
    pixel: none,
    depth: none,
    median: none,
    medianDensity: none,
    opacity: none,
  });
  await assertRejects(
    () => renderView(field, { ...cameras[0], width: 7.5 }, { intervals: 4, space }),
    RangeError,
    "rays: width: expected a whole number of at least 1, found 7.5.",
  );
});

Deno.test("a ray space needs cameras, bounds in order and a kind that there is", () => {
  const refuses = (change: object, message: string, kind: RaySpaceKind = "metric") =>
    assertThrows(() => raySpace(kind, { ...bounds, ...change }), Error, message);
  for (const near of [6, 7, NaN, 0]) {
    refuses({ near }, `ray space: expected distances 0 < near < far, found ${near} and 6.`);
  }
  refuses({ cameras: [] }, "ray space: expected at least one camera, found none.");
  refuses({}, "ray space: expected one of metric, inverse, ndc, found other.", "other" as RaySpaceKind);
  const opposite = [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, -4];
  refuses(
    { kind: "forward", cameras: [cameras[0], { ...cameras[0], pose: opposite }] },
    "cameras: expected all to look in about the same direction, but they have no mean direction.",
  );
});

Deno.test("cameras that cannot be and spaces that there are none of are refused", async () => {
  using field = createField(gpu, description);
  const [camera] = cameras;
  for (const wrong of [{ focal: [0, 0] }, { pose: [1, 0, 0] }, { pose: camera.pose.map(() => NaN) }]) {
    const rendered = renderView(field, { ...camera, ...wrong } as Camera, { intervals: 4, space });
    await assertRejects(() => rendered, Error, "rays: camera 0: expected a p");
  }
  const other = { ...space, kind: "up" as RaySpaceKind };
  const message = "rays: expected a space of one of metric, inverse, ndc, found up.";
  await assertRejects(() => renderView(field, camera, { intervals: 4, space: other }), Error, message);
});

Deno.test("memory that is no number and a background that there is none of are refused", async () => {
  using field = createField(gpu, description);
  const rendered = (options: object) => renderView(field, cameras[0], { intervals: 4, space, ...options });
  await assertRejects(() => rendered({ memory: NaN }), Error, "more than the NaN bytes allowed");
  await assertRejects(() => rendered({ background: "red" }), RangeError, "expected black or white, found red.");
});
