import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { createField, encodePng, gaussian, radianceField, raySpace } from "../../mod.ts";
import type { Scene, View } from "../../lib/data/scene/mod.ts";
import { lookingAt } from "../../lib/render/camera_path.ts";
import { renderView } from "../../lib/render/mod.ts";
import { peakSignalToNoiseRatio } from "../../lib/metric/mod.ts";
import { command, type NerfValues } from "../../tasks/nerf/command.ts";
import { loadScene } from "../../tasks/nerf/load_scene.ts";
import { SceneInput } from "../../tasks/nerf/scene_input.ts";
import { nerfTask } from "../../tasks/nerf/task.ts";
import { renderTestViews } from "../../tasks/nerf/test_views.ts";
import { RunFolder } from "../../tasks/run/run_folder.ts";
import { parseOptions } from "../../tasks/shell/options.ts";
import { fileDevice } from "../support/device.ts";
import { testPicture, testPng } from "../support/scenes.ts";
import { inFolder } from "../support/temporary_folder.ts";

const gpu = await fileDevice();

/** Four views of two sizes. The left half of each is masked, and magenta unless `shade` is given. */
const viewsOf = (shade?: number) =>
  [[8, 6], [10, 4], [8, 6], [10, 4]].map(([width, height], i): View => {
    const pose = lookingAt([4 * Math.cos(i), 4 * Math.sin(i), 1], [0, 0, 0], [0, 0, 1]);
    const camera = { pose, width, height, focal: [8, 8], centre: [width / 2, height / 2] } as const;
    const mask = Uint8Array.from({ length: width * height }, (_, pixel) => pixel % width < width / 2 ? 0 : 1);
    const { pixels, ...picture } = testPicture(width, height, i);
    mask.forEach((kept, pixel) => kept === 0 && pixels.set([1, 0, 1].map((value) => shade ?? value), 3 * pixel));
    return { name: `${i}.png`, camera, picture: { ...picture, pixels }, mask };
  });
const sceneOf = (views: readonly View[]): Scene => ({
  train: views.slice(0, 2),
  test: views.slice(2),
  near: 2,
  far: 6,
  kind: "around",
  background: "black",
  warnings: [],
});
const description = radianceField({ activation: gaussian(), depth: 1, width: 16 });
const untimed = { left: () => Infinity, isLate: () => false, leaveOut: () => {} };
const closing = { say: () => {}, print: () => {}, signal: new AbortController().signal, seconds: Infinity, ...untimed };
const values = () => nerfTask.settle(parseOptions(["--samples", "4"], command).values, { software: true });

Deno.test("test views are scored where they are not masked, with the values of these pixels alone", () =>
  inFolder(async (folder) => {
    using field = createField(gpu, description, { seed: 1 });
    const scene = sceneOf(viewsOf());
    const space = raySpace("metric", { ...scene, cameras: scene.train.map(({ camera }) => camera) });
    const options = { intervals: 4, background: "black" as const, densityScale: 4, space };
    const summary = await renderTestViews(field, new RunFolder(folder), scene, options, closing) as Record<
      string,
      unknown
    >;
    const psnrs = await Promise.all(scene.test.map(async ({ camera, picture, mask }) => {
      const rendered = (await renderView(field, camera, options)).picture;
      const kept = (pixels: Float32Array) => pixels.filter((_, i) => mask![Math.floor(i / 3)] === 1);
      return peakSignalToNoiseRatio(kept(rendered.pixels), kept(picture.pixels));
    }));
    assertAlmostEquals(summary.testPsnr as number, (psnrs[0] + psnrs[1]) / 2, 1e-9);
    // Measures of neighbourhoods would need pixels behind the mask.
    assertEquals(["testSsim", "testGradientEnergy"].filter((name) => name in summary), []);
    using input = new SceneInput(gpu, scene, values());
    const measured = await input.measure(field);
    assertAlmostEquals(measured.testPsnr, summary.testPsnr as number, 1e-4);
    const [one, two] = scene.test.map(({ mask }, i) => ({ count: mask!.filter(Boolean).length, psnr: psnrs[i] }));
    const sum = one.count * 10 ** (-one.psnr / 10) + two.count * 10 ** (-two.psnr / 10);
    assertAlmostEquals(measured.loss, sum / (one.count + two.count), 1e-5);
    using other = new SceneInput(gpu, sceneOf(viewsOf(0)), values());
    assertEquals(await other.measure(field), await input.measure(field));
  }));

Deno.test("config.json has the figures of the cameras and the masked part, and masks belong to the training data", () => {
  using input = new SceneInput(gpu, sceneOf(viewsOf()), values());
  const { scene } = input.config as { scene: Record<string, unknown> & { figures: Record<string, unknown> } };
  assertEquals([scene.masked, scene.figures.behind, scene.figures.outward], [0.5, 0, 0]);
  assertEquals(scene.sizes, ["8×6", "10×4"]);
  assertEquals(input.data.count, 44);
  const unmasked = viewsOf().map(({ mask: _, ...view }) => view);
  using other = new SceneInput(gpu, sceneOf(unmasked), values());
  const found = other.config.scene as typeof scene;
  assert(found.pictures !== scene.pictures && !("masked" in found));
  assertEquals([found.cameras, other.data.count], [scene.cameras, 88]);
});

Deno.test("a scene that does not fit on the device is refused with the largest --size, before decoding", () =>
  inFolder(async (folder) => {
    const frames = [0, 1, 2].map((i) => {
      const pose = lookingAt([4 * Math.cos(i), 4 * Math.sin(i), 1], [0, 0, 0], [0, 0, 1]);
      const rows = [0, 1, 2].map((r) => pose.slice(4 * r, 4 * r + 4));
      return { file_path: `${i}.png`, transform_matrix: [...rows, [0, 0, 0, 1]] };
    });
    await Deno.writeTextFile(join(folder, "transforms.json"), JSON.stringify({ camera_angle_x: 0.8, frames }));
    for (const i of [0, 1, 2]) {
      const png = testPng(40, 30, i);
      png[60] ^= 255;
      await Deno.writeFile(join(folder, `${i}.png`), png);
    }
    const quiet = { signal: new AbortController().signal, say: () => {}, next: () => Promise.resolve() };
    const load = (size: number) => loadScene({ scene: folder, size } as NerfValues, 8 * 1000, quiet);
    const error = await assertRejects(() => load(0), Error);
    assertEquals(
      error.message,
      `--size 0: ${folder}: expected at most 1000 pixels in all training views together, found 2400; --size 26 is the largest that fits.`,
    );
    await assertRejects(() => load(26), Error, "the PNG is damaged");
    for (const i of [0, 1, 2]) await Deno.writeFile(join(folder, `${i}.png`), encodePng(testPicture(40, 30, i)));
    assertEquals((await load(26)).train.length, 2);
  }));
