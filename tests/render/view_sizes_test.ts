import { assertEquals, assertLess, assertThrows } from "@std/assert";
import {
  adam,
  createField,
  createOptimizer,
  createVector,
  encodeCheckpoint,
  gaussian,
  radianceField,
  rayData,
  raySpace,
  renderView,
  train,
  volumeRendering,
} from "../../mod.ts";
import { type Camera, cameraRay, type View } from "../../lib/data/scene/mod.ts";
import { RayCaster, renderPixels } from "../../lib/render/mod.ts";
import { lookingAt } from "../../lib/render/camera_path.ts";
import { differentiate } from "../../lib/diff/passes.ts";
import { Workspace } from "../../lib/diff/workspace.ts";
import { downloadRows } from "../../lib/field/rows.ts";
import { fileDevice } from "../support/device.ts";
import { testPicture } from "../support/scenes.ts";

const gpu = await fileDevice();
const sizes = [[8, 6], [5, 9], [1, 1], [12, 3], [8, 6]];
const cameras = sizes.map(([width, height], i): Camera => ({
  pose: lookingAt([4 * Math.cos(i), 4 * Math.sin(i), 1], [0, 0, 0], [0, 0, 1]),
  width,
  height,
  focal: [10, 11],
  centre: [width / 2, height / 2],
}));
const views = cameras.map((camera, i): View => ({
  name: `${i}.png`,
  camera,
  picture: testPicture(camera.width, camera.height, 40 * i),
}));
const pixels = sizes.reduce((sum, [width, height]) => sum + width * height, 0);
const space = raySpace("metric", { cameras, near: 2, far: 6, kind: "around" });
const volume = { intervals: 4 };
const description = radianceField({ activation: gaussian(), depth: 1, width: 16 });

/** The colours of a batch of samples, as the data fill them in, and the number of samples of an epoch. */
async function coloursOf(some: readonly View[], samples: number[]): Promise<{ count: number; colours: number[] }> {
  using field = createField(gpu, description);
  using data = rayData(gpu, some, space, volume);
  using workspace = new Workspace(field, volumeRendering(volume), { samples: samples.length, products: false });
  using gradient = createVector(gpu, field.layout, "gradient");
  using indices = gpu.buffer("indices", samples.length * 4);
  gpu.write(indices, Uint32Array.from(samples));
  differentiate(workspace, {
    samples: samples.length,
    fill: (chunk) => data.fill(chunk, indices, { seed: 1, step: 0, epoch: 0 }),
    gradient,
  });
  const [colours] = await downloadRows(gpu, samples.length, [workspace.targets.get("pixel")!]);
  return { count: data.count, colours: [...colours] };
}

/** The numbers as they are stored with 16 bits. */
const stored = (values: readonly number[]) => values.map((value) => Math.round(value * 65535) / 65535);

const assertNear = (found: readonly number[], expected: readonly number[], tolerance: number) => {
  assertEquals(found.length, expected.length);
  found.forEach((value, i) => assertLess(Math.abs(value - expected[i]), tolerance, `entry ${i}`));
};

Deno.test("pixels of cameras of several sizes are counted camera by camera, and their rays are right", async () => {
  using caster = new RayCaster(gpu, cameras, space, volume);
  assertEquals(caster.pixels, pixels);
  using indices = gpu.buffer("indices", pixels * 4);
  gpu.write(indices, Uint32Array.from({ length: pixels }, (_, i) => i));
  const [bytes] = await gpu.read(caster.cast(indices, 0, pixels));
  const rays = new Float32Array(bytes, 0, pixels * 12);
  let sample = 0;
  for (const camera of cameras) {
    for (let row = 0; row < camera.height; row++) {
      for (let column = 0; column < camera.width; column++, sample++) {
        const { direction } = cameraRay(camera, column + 0.5, row + 0.5);
        assertNear([...rays.subarray(12 * sample + 4, 12 * sample + 7)], [...direction], 1e-5);
      }
    }
  }
});

Deno.test("a camera renders the same pixels alone and among cameras of other sizes", async () => {
  using field = createField(gpu, description, { seed: 2 });
  const all = await renderPixels(field, cameras, Uint32Array.from({ length: pixels }, (_, i) => i), {
    ...volume,
    space,
  });
  let first = 0;
  for (const camera of cameras) {
    const { picture } = await renderView(field, camera, { ...volume, space });
    assertEquals(all.pixel.slice(3 * first, 3 * (first += camera.width * camera.height)), picture.pixels);
  }
});

Deno.test("samples of views of several sizes have the colours of their pixels", async () => {
  const { count, colours } = await coloursOf(views, Array.from({ length: pixels }, (_, i) => i));
  assertEquals(count, pixels);
  assertNear(colours, stored(views.flatMap(({ picture }) => [...picture.pixels])), 1e-6);
});

Deno.test("masked pixels are no samples, and the others keep their order", async () => {
  const masked = views.map((view, i): View => {
    if (i === 2) return { ...view, mask: Uint8Array.of(0) };
    if (i === 3) return view;
    const { width, height } = view.camera;
    return { ...view, mask: Uint8Array.from({ length: width * height }, (_, pixel) => pixel % 3 === 0 ? 0 : 1) };
  });
  const kept = masked.flatMap(({ picture, mask }) =>
    [...picture.pixels].filter((_, i) => mask === undefined || mask[Math.floor(i / 3)] === 1)
  );
  const count = kept.length / 3;
  const samples = Array.from({ length: count }, (_, i) => (i * 7) % count);
  const found = await coloursOf(masked, samples);
  assertEquals(found.count, count);
  assertNear(found.colours, stored(samples.flatMap((i) => kept.slice(3 * i, 3 * i + 3))), 1e-6);
});

Deno.test("training with masks does not depend on masked pixels, nor on the chunks of a batch", async () => {
  const trained = async (shade: number, memory?: number) => {
    using field = createField(gpu, description, { seed: 1 });
    using optimizer = createOptimizer(gpu, adam(), field.layout);
    const some = views.map((view): View => {
      const mask = Uint8Array.from({ length: view.picture.pixels.length / 3 }, (_, i) => i % 2);
      const pixels = view.picture.pixels.map((value, i) => mask[Math.floor(i / 3)] === 1 ? value : shade);
      return { ...view, picture: { ...view.picture, pixels }, mask };
    });
    using data = rayData(gpu, some, space, volume);
    const objective = volumeRendering(volume);
    const losses: number[] = [];
    for await (const event of train({ field, objective, data, optimizer, epochs: 3, batchSize: 32, memory })) {
      losses.push(...event.losses);
    }
    return { bytes: await encodeCheckpoint(field, optimizer), losses };
  };
  const live = gpu.liveBuffers;
  const whole = await trained(0);
  assertEquals(await trained(1), whole);
  const { losses } = await trained(0, 30_000);
  assertNear(losses.map((loss, i) => loss / whole.losses[i]), losses.map(() => 1), 1e-4);
  assertEquals(gpu.liveBuffers, live);
});

Deno.test("masks of another size and views without any pixel are refused, and leave no buffer behind", () => {
  const live = gpu.liveBuffers;
  const refuses = (mask: (pixels: number) => Uint8Array, message: string) => {
    const some = views.map((view) => ({ ...view, mask: mask(view.picture.pixels.length / 3) }));
    assertThrows(() => rayData(gpu, some, space, volume), Error, message);
  };
  refuses(() => new Uint8Array(48), "rays: 1.png: expected a mask of 45 pixels, found 48.");
  refuses((count) => new Uint8Array(count), "rays: expected at least one pixel that is not masked, found none.");
  assertEquals(gpu.liveBuffers, live);
});
