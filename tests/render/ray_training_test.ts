import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import {
  adam,
  createField,
  createOptimizer,
  decodeCheckpoint,
  encodeCheckpoint,
  esgd,
  gaussian,
  type OptimizerSpec,
  radianceField,
  rayData,
  raySpace,
  renderView,
  train,
  type VolumeOptions,
  volumeRendering,
} from "../../mod.ts";
import type { Picture } from "../../lib/codec/mod.ts";
import type { Camera, Vector3, View } from "../../lib/data/scene/mod.ts";
import { lookingAt } from "../../lib/render/camera_path.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice();
const SIZE = 12;
const intervals = 16;

/** A red ball before white: the colour of a pixel by how near its ray comes to the origin. */
function ballView(position: Vector3): View {
  const pose = lookingAt(position, [0, 0, 0], [0, 0, 1]);
  const camera: Camera = { pose, width: SIZE, height: SIZE, focal: [16, 16], centre: [SIZE / 2, SIZE / 2] };
  const pixels = new Float32Array(SIZE * SIZE * 3).fill(1);
  for (let i = 0; i < SIZE * SIZE; i++) {
    const [x, y] = [(i % SIZE + 0.5 - SIZE / 2) / 16, (Math.floor(i / SIZE) + 0.5 - SIZE / 2) / 16];
    if (Math.hypot(x, y) < 0.2) pixels.set([0.8, 0.1, 0.1], i * 3);
  }
  const picture: Picture = { width: SIZE, height: SIZE, channels: 3, pixels };
  return { name: "ball", camera, picture };
}
const views = [0, 1, 2, 3, 4].map((i) => ballView([4 * Math.cos(1.2 * i), 4 * Math.sin(1.2 * i), 1]));
const bounds = { cameras: views.map(({ camera }) => camera), near: 2, far: 6, kind: "around" as const };
const space = raySpace("metric", bounds);
const even = { intervals, background: "white" as const, densityScale: 4 };
const description = radianceField({ activation: gaussian({ sigma: 0.3 }), depth: 2, width: 16 });

interface Changes {
  readonly from?: Uint8Array;
  readonly memory?: number;
  readonly volume?: VolumeOptions;
  /** Whether the held-out view is rendered. */
  readonly seen?: boolean;
}

async function trained(spec: OptimizerSpec, epochs: number, changes: Changes = {}) {
  const { from, memory, volume = even, seen = false } = changes;
  const buffers = gpu.liveBuffers;
  let result;
  {
    using field = createField(gpu, description, { seed: 1 });
    using optimizer = createOptimizer(gpu, spec, field.layout);
    using data = rayData(gpu, views.slice(1), space, volume);
    if (from !== undefined) decodeCheckpoint(from, field, optimizer);
    const losses: number[] = [];
    const options = { objective: volumeRendering(volume), data, batchSize: 64, seed: 5, memory };
    for await (const event of train({ field, optimizer, epochs, ...options })) losses.push(...event.losses);
    const picture = seen ? (await renderView(field, views[0].camera, { ...volume, space })).picture : undefined;
    result = { bytes: await encodeCheckpoint(field, optimizer), losses, picture };
  }
  assertEquals(gpu.liveBuffers, buffers);
  return result;
}

const hierarchical = { ...even, intervals: 18, fine: 10 };
const probing = esgd({ warmup: 2, updateEvery: 4, initialProbes: 2 });
for (
  const [spec, volume] of [[adam({ learningRate: 5e-3 }), even], [probing, even], [probing, hierarchical]] as const
) {
  Deno.test(`${spec.name} on rays${volume === even ? "" : " with fine intervals"}: same seed, same bits; stopped and resumed = uninterrupted`, async () => {
    const whole = await trained(spec, 2, { volume });
    const half = await trained(spec, 1, { volume });
    const resumed = await trained(spec, 2, { volume, from: half.bytes });
    assertEquals(resumed.bytes, whole.bytes);
    assertEquals(whole.losses, [...half.losses, ...resumed.losses]);
    // 4 views × 144 pixels in batches of 64.
    assertEquals(whole.losses.length, 18);
  });
}

for (const volume of [even, hierarchical]) {
  const { fine = 0 } = volume as VolumeOptions;
  Deno.test(`a ball is learned with ${fine} fine intervals: a held-out view comes near its picture`, async () => {
    const { picture, losses } = await trained(adam({ learningRate: 5e-3 }), 25, { volume, seen: true });
    assertLess(losses.at(-1)!, 0.2 * losses[0]);
    const error = picture!.pixels.reduce((sum, value, i) => sum + (value - views[0].picture.pixels[i]) ** 2, 0);
    assertLess(error / picture!.pixels.length, 0.02);
  });
}

Deno.test("small chunks draw the same rays: losses agree up to rounding", async () => {
  const [large, small] = [await trained(adam(), 1), await trained(adam(), 1, { memory: 60_000 })];
  large.losses.forEach((loss, i) => assertAlmostEquals(small.losses[i] / loss, 1, 1e-4));
});
