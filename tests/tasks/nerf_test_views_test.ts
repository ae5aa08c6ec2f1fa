import { assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { createField, gaussian, radianceField, raySpace } from "../../mod.ts";
import type { Camera, Scene } from "../../lib/data/scene/mod.ts";
import { RunFolder } from "../../tasks/run/run_folder.ts";
import { renderTestViews, type ViewOptions } from "../../tasks/nerf/test_views.ts";
import { fileDevice } from "../support/device.ts";
import { testPicture } from "../support/scenes.ts";
import { inFolder, namesIn } from "../support/temporary_folder.ts";

const gpu = await fileDevice();
const test = [0, 1, 2, 3, 4].map((i) => {
  const pose = [1, 0, 0, i / 10, 0, 1, 0, 0, 0, 0, 1, 4];
  const camera: Camera = { pose, width: 8, height: 6, focal: [8, 8], centre: [4, 3] };
  return { name: `${i}.png`, camera, picture: testPicture(8, 6, i) };
});
const scene: Scene = { train: test, test, near: 2, far: 6, kind: "around", background: "black", warnings: [] };
const space = raySpace("metric", { ...scene, cameras: test.map(({ camera }) => camera) });

async function rendered(folder: string, options: Partial<ViewOptions>) {
  using field = createField(gpu, radianceField({ activation: gaussian(), depth: 1, width: 16 }), { seed: 1 });
  const lines: string[] = [];
  const summary = await renderTestViews(field, new RunFolder(folder), scene, { intervals: 4, space, memory: 30_000 }, {
    say: () => {},
    print: (line) => lines.push(line),
    signal: new AbortController().signal,
    seconds: Infinity,
    left: () => Infinity,
    isLate: () => false,
    leaveOut: () => {},
    ...options,
  }) as { testViews: number; testViewsRendered: number; testPsnr?: number; views?: { name: string; psnr: number }[] };
  const files = namesIn(folder).includes("test") ? namesIn(join(folder, "test")) : [];
  assertEquals(files.filter((name) => /^\d+\.png$/.test(name)).length, summary.testViewsRendered);
  return { ...summary, lines, names: summary.views?.map(({ name }) => name) };
}

Deno.test("all test views are rendered where all fit, so many as are wanted, or what fits the time", () =>
  inFolder(async (folder) => {
    const all = await rendered(folder, {});
    assertEquals([all.testViews, all.testViewsRendered, all.lines], [5, 5, []]);
    const two = await rendered(folder, { views: 2 });
    assertEquals([two.names, two.lines, namesIn(join(folder, "test")).at(-1)], [
      ["0.png", "2.png"],
      [],
      "002_depth.png",
    ]);
    assertAlmostEquals(two.testPsnr!, (all.views![0].psnr + all.views![2].psnr) / 2, 1e-12);
    assertEquals((await rendered(folder, { views: 9 })).testViewsRendered, 5);
    const hurried = await rendered(folder, { seconds: 1e-9 });
    assertEquals([hurried.testViews, hurried.names], [5, ["0.png"]]);
    assertEquals(hurried.lines, [
      "1 of 5 test views (0.png) were rendered, to limit the time; --test-views 5 renders all.",
    ]);
  }));

Deno.test("an interruption ends the test views within one, and says which there are", () =>
  inFolder(async (folder) => {
    const controller = new AbortController();
    const say = (what: string) => what.startsWith("test view 3") && controller.abort();
    const { names, lines } = await rendered(folder, { signal: controller.signal, say });
    assertEquals(names, ["0.png", "1.png"]);
    assertEquals(lines, ["2 of 5 test views (0.png, 1.png) were rendered before the interruption."]);
  }));

Deno.test("after an interruption no test view is rendered", () =>
  inFolder(async (folder) => {
    const { testViews, testViewsRendered, testPsnr, lines } = await rendered(folder, { signal: AbortSignal.abort() });
    assertEquals([testViews, testViewsRendered, testPsnr], [5, 0, undefined]);
    assertEquals(lines, ["0 of 5 test views were rendered before the interruption."]);
  }));
