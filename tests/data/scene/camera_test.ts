import { assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { openDevice, raySpace, readScene, sceneFolder } from "../../../mod.ts";
import {
  type Camera,
  cameraRay,
  type Distortion,
  projectPoint,
  RAY_SPACES,
  type RaySpace,
  type Scene,
} from "../../../lib/data/scene/mod.ts";
import { RayCaster } from "../../../lib/render/mod.ts";
import { checkCamera } from "../../../lib/data/scene/camera.ts";
import { exists } from "../../support/exists.ts";
import { realScenes } from "../../support/scenes.ts";

type Vector = number[];
const plus = (a: Vector, b: Vector, s = 1) => a.map((x, i) => x + s * b[i]);
const times = (a: Vector, b: Vector) => a.reduce((sum, x, i) => sum + x * b[i], 0);
const unit = (a: Vector) => a.map((x) => x / Math.hypot(...a));
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.hypot(...Array.from(a, (x, i) => x - b[i]));

/** Corners, centre and an odd place of a picture, as (column, row). */
function places({ width, height }: { width: number; height: number }): [number, number][] {
  return [[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1], [width >> 1, height >> 1], [7, 3]];
}

/** Rays as the device makes them: origin, start, direction, end, viewing direction. */
async function deviceRays(cameras: Camera[], space: RaySpace, samples: number[]): Promise<Float32Array> {
  using gpu = await openDevice();
  using caster = new RayCaster(gpu, cameras, space, { intervals: 8 });
  using indices = gpu.buffer("indices", samples.length * 4);
  gpu.write(indices, Uint32Array.from(samples));
  const [bytes] = await gpu.read(caster.cast(indices, 0, samples.length));
  return new Float32Array(bytes, 0, samples.length * 12);
}

/** Checks a scene's rays against rays made of the raw files. */
async function checkRays(
  scene: Scene,
  expected: (view: number, column: number, row: number) => { o: Vector; d: Vector },
) {
  const views = scene.train;
  const cameras = views.map(({ camera }) => camera);
  const { width, height } = cameras[0];
  const asked = views.flatMap((_, view) => places(cameras[0]).map(([column, row]) => ({ view, column, row })));
  const space = raySpace("metric", { ...scene, cameras });
  const rays = await deviceRays(cameras, space, asked.map((at) => (at.view * height + at.row) * width + at.column));
  asked.forEach(({ view, column, row }, i) => {
    const { o, d } = expected(view, column, row);
    const ray = cameraRay(cameras[view], column + 0.5, row + 0.5);
    assertLess(distance(ray.direction, d), 1e-9);
    assertLess(distance(ray.origin, o), 1e-9);
    // The same in the frame that the device works in.
    const rows = [0, 1, 2].map((r) => space.motion.slice(4 * r, 4 * r + 4));
    const origin = rows.map((r) => (times(r.slice(0, 3), o) + r[3]) * space.scale);
    const direction = rows.map((r) => times(r.slice(0, 3), d));
    assertLess(distance(rays.subarray(12 * i, 12 * i + 3), origin), 1e-5, "origin");
    assertLess(distance(rays.subarray(12 * i + 4, 12 * i + 7), direction), 1e-5, "direction");
    assertLess(distance(rays.subarray(12 * i + 8, 12 * i + 11), direction), 1e-5, "viewing direction");
    assertAlmostEquals(rays[12 * i + 3], space.near, 1e-5);
    assertAlmostEquals(rays[12 * i + 7] / space.far, 1, 1e-6);
  });
  triangulate(scene);
}

/** A point seen in one view, found again from its pixels in two views, projects back into both. */
function triangulate({ train, near, far }: Scene) {
  const [a, b] = [train[0].camera, train[1].camera];
  const ray = cameraRay(a, a.width * 0.45, a.height * 0.55);
  const point = plus([...ray.origin], [...ray.direction], (near + far) / 2) as unknown as [number, number, number];
  const [seenA, seenB] = [projectPoint(a, point)!, projectPoint(b, point)!];
  assertAlmostEquals(seenA[0], a.width * 0.45, 1e-5);
  const [first, second] = [cameraRay(a, ...seenA), cameraRay(b, ...seenB)];
  // Nearest points of the two lines.
  const between = plus([...second.origin], [...first.origin], -1);
  const [u, v] = [[...first.direction], [...second.direction]];
  const c = times(u, v);
  const s = (times(between, u) - c * times(between, v)) / (1 - c * c);
  const t = (c * times(between, u) - times(between, v)) / (1 - c * c);
  const middle = plus(plus([...first.origin], u, s), plus([...second.origin], v, t)).map((x) => x / 2);
  assertLess(distance(middle, point), 1e-5);
  assertLess(distance(projectPoint(a, middle as unknown as [number, number, number])!, seenA), 1e-5);
  assertLess(distance(projectPoint(b, middle as unknown as [number, number, number])!, seenB), 1e-5);
}

const fern = `${realScenes}fern`;
Deno.test({
  name: "fern: rays through corners and centre agree with an f64 computation from the raw file",
  ignore: !exists(fern),
  async fn() {
    const scene = await readScene(sceneFolder(fern), { size: 126 });
    const bytes = Deno.readFileSync(`${fern}/poses_bounds.npy`);
    const raw = new Float64Array(bytes.slice(bytes.length - 20 * 17 * 8).buffer);
    await checkRays(scene, (view, column, row) => {
      const index = Number(/image(\d+)/.exec(scene.train[view].name)![1]) * 17;
      const at = (r: number, c: number) => raw[index + 5 * r + c];
      const { width, height } = scene.train[0].picture;
      const x = ((column + 0.5) / width - 0.5) * at(1, 4) / at(2, 4);
      const y = ((row + 0.5) / height - 0.5) * at(0, 4) / at(2, 4);
      // Columns down, right, back, position.
      const d = unit([0, 1, 2].map((r) => y * at(r, 0) + x * at(r, 1) - at(r, 2)));
      return { o: [at(0, 3), at(1, 3), at(2, 3)], d };
    });
  },
});

const lego = `${realScenes}lego_subset`;
Deno.test({
  name: "lego_subset: rays through corners and centre agree with an f64 computation from the raw file",
  ignore: !exists(lego),
  async fn() {
    const scene = await readScene(sceneFolder(lego), { size: 100 });
    const json = JSON.parse(Deno.readTextFileSync(`${lego}/transforms_train.json`));
    await checkRays(scene, (view, column, row) => {
      const matrix: number[][] = json.frames[view].transform_matrix;
      const half = Math.tan(json.camera_angle_x / 2);
      const local = [((column + 0.5) / 50 - 1) * half, -((row + 0.5) / 50 - 1) * half, -1];
      const d = unit([0, 1, 2].map((r) => times(matrix[r].slice(0, 3), local)));
      return { o: [0, 1, 2].map((r) => matrix[r][3]), d };
    });
  },
});

/** A camera turned and moved by chance, with a lens that bends. */
const lens: Camera = {
  pose: [0.8, 0, 0.6, 1, 0, 1, 0, -2, -0.6, 0, 0.8, 3],
  width: 64,
  height: 48,
  focal: [60, 58],
  centre: [31, 25],
  distortion: { k1: -0.2, k2: 0.05, k3: -0.01, p1: 0.003, p2: -0.002 },
};
const bounds = { cameras: [lens], near: 1, far: 7, kind: "around" as const };

Deno.test("a bent ray projects back into its pixel, and the device bends it the same way", async () => {
  const space = raySpace("metric", bounds);
  const asked = places(lens);
  const rays = await deviceRays([lens], space, asked.map(([column, row]) => row * lens.width + column));
  asked.forEach(([column, row], i) => {
    const { origin, direction } = cameraRay(lens, column + 0.5, row + 0.5);
    const seen = projectPoint(lens, plus([...origin], [...direction], 5) as unknown as [number, number, number])!;
    assertLess(distance(seen, [column + 0.5, row + 0.5]), 1e-9);
    assertLess(distance(rays.subarray(12 * i + 4, 12 * i + 7), direction), 1e-5);
  });
  const straight = cameraRay({ ...lens, distortion: undefined }, 0.5, 0.5).direction;
  assertEquals(distance(straight, cameraRay(lens, 0.5, 0.5).direction) > 0.01, true);
});

Deno.test("NDC: a picture whose corner looks back is refused, though its camera looks forward", () => {
  const turned = (degrees: number, width: number): Camera => {
    const [c, s] = [Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180)];
    return { pose: [c, 0, s, 0, 0, 1, 0, 0, -s, 0, c, 0], width, height: 10, focal: [50, 50], centre: [width / 2, 5] };
  };
  const make = (width: number) => {
    const cameras = [turned(50, width), turned(-50, width)];
    return raySpace("ndc", { cameras, near: 1, far: 9, kind: "forward" });
  };
  // Half pictures of 50 and 22 degrees.
  assertThrows(() => make(120), Error, "but the picture of camera 0 shows directions to the side or backward.");
  assertEquals(make(40).kind, "ndc");
  const kind = "inside" as "forward";
  assertThrows(
    () => raySpace("metric", { ...bounds, kind }),
    Error,
    "ray space: expected a scene of the kind forward or around, found inside.",
  );
});

Deno.test("NDC: points of a ray of the cube are the perspective images of the world ray's", async () => {
  const cameras = [-0.3, 0, 0.4].map((x) => ({
    ...lens,
    pose: [1, 0, 0, x, 0, 1, 0, 0.1, 0, 0, 1, 0],
    distortion: undefined,
  }));
  const space = raySpace("ndc", { cameras, near: 2, far: 30, kind: "forward" });
  const rays = await deviceRays(cameras, space, [5, 1000]);
  [5, 1000].forEach((pixel, i) => {
    const ray = rays.subarray(12 * i, 12 * i + 12);
    const { direction } = cameraRay(cameras[0], pixel % 64 + 0.5, Math.floor(pixel / 64) + 0.5);
    const origin = [(-0.3 - 0.1 / 3) / 2, 0, 0];
    for (const depth of [1, 1.7, 12]) {
      const point = plus(origin, [...direction], depth / -direction[2]);
      const image = [-space.cube[0] * point[0] / point[2], -space.cube[1] * point[1] / point[2], 1 + 2 / point[2]];
      const t = (image[2] - ray[2]) / ray[6];
      assertLess(distance(plus([...ray.subarray(0, 3)], [...ray.subarray(4, 7)], t), image), 1e-5);
      assertEquals(t >= ray[3] - 1e-6 && t < ray[7], true);
    }
  });
});

Deno.test("every space puts the field's points within reach, edges rise and keep their ends", async () => {
  using gpu = await openDevice();
  const cameras = [-0.3, 0, 0.4].map((x) => ({
    ...lens,
    pose: [1, 0, 0, x, 0, 1, 0, 0.1, 0, 0, 1, 0],
    distortion: undefined,
  }));
  for (const kind of RAY_SPACES) {
    const space = raySpace(kind, { cameras, near: 2, far: 30, kind: "forward" });
    using caster = new RayCaster(gpu, cameras, space, { intervals: 12 });
    using indices = gpu.buffer("indices", 40);
    gpu.write(indices, Uint32Array.from({ length: 10 }, (_, i) => i * 700));
    const buffers = ["position", "direction", "edges"].map((name) => gpu.buffer(name, 128 * 16 * 4));
    const place = (i: number, width: number) => ({ buffer: buffers[i], width, stride: 16 });
    const chunk = {
      first: 0,
      samples: 10,
      paddedSamples: 16,
      rows: 120,
      paddedRows: 128,
      inputs: new Map([["position", place(0, 3)], ["direction", place(1, 3)]]),
      targets: new Map([["edges", place(2, 13)]]),
    };
    const read = async (draw?: { seed: number; step: number; epoch: number }) => {
      caster.fill(chunk, indices, draw);
      return (await gpu.read(...buffers)).map((bytes) => new Float32Array(bytes));
    };
    const [position, direction, edges] = await read({ seed: 1, step: 2, epoch: 0 });
    const [, , again] = await read({ seed: 1, step: 2, epoch: 0 });
    const [, , other] = await read({ seed: 1, step: 3, epoch: 0 });
    const [, , still] = await read();
    assertEquals(edges, again);
    for (let ray = 0; ray < 10; ray++) {
      const of = (all: Float32Array) => all.subarray(ray * 16, ray * 16 + 13);
      for (const all of [edges, other, still]) {
        for (let i = 0; i < 12; i++) assertEquals(of(all)[i + 1] > of(all)[i], true, `${kind}: rising`);
        assertEquals([of(all)[0], of(all)[12]], [of(still)[0], of(still)[12]]);
      }
      assertEquals(of(edges).every((t, i) => i % 12 === 0 || t !== of(other)[i]), true);
    }
    const [bytes] = await gpu.read(caster.cast(indices, 0, 10));
    const rays = new Float32Array(bytes);
    for (let row = 0; row < 120; row++) {
      const [ray, i] = [Math.floor(row / 12), row % 12];
      const [start, end] = [rays[ray * 12 + 3], rays[ray * 12 + 7]];
      const share = i / 12;
      const t = kind === "inverse" ? 1 / ((1 - share) / start + share / end) : start + share * (end - start);
      assertAlmostEquals(still[ray * 16 + i] / Math.max(t, 1), t / Math.max(t, 1), 1e-6, `${kind}: edge`);
      const middle = (edges[ray * 16 + i] + edges[ray * 16 + i + 1]) / 2;
      const p = plus(
        [...rays.subarray(ray * 12, ray * 12 + 3)],
        [...rays.subarray(ray * 12 + 4, ray * 12 + 7)],
        middle,
      );
      const r = Math.max(1, Math.hypot(...p));
      const factor = { metric: space.inputScale, inverse: (2 - 1 / r) / r / 2, ndc: 1 }[kind];
      assertLess(distance(position.subarray(row * 16, row * 16 + 3), p.map((x) => factor * x)), 1e-6, `${kind}: point`);
      const entries = position.subarray(row * 16, row * 16 + 3);
      assertLess(Math.max(...entries.map(Math.abs)), 1.3, kind);
      assertAlmostEquals(Math.hypot(...direction.subarray(row * 16, row * 16 + 3)), 1, 1e-6);
    }
    assertEquals([...position.subarray(120 * 16), ...edges.subarray(160, 256)].every((entry) => entry === 0), true);
    for (const buffer of buffers) buffer[Symbol.dispose]();
  }
  assertEquals(gpu.liveBuffers, 0);
});

Deno.test("lenses are refused where they fold the picture, and those that do not are undone on host and device alike", async () => {
  const check = (distortion: Partial<Distortion>, change: Partial<Camera> = {}) =>
    checkCamera("lens", { ...lens, ...change, distortion: { k1: 0, k2: 0, k3: 0, p1: 0, p2: 0, ...distortion } });
  // At the corners r² is about 0.5; x (1 + k₁ r²) turns back where 1 + 3 k₁ r² = 0.
  for (const k1 of [-0.7, -2]) assertThrows(() => check({ k1 }), Error, `k1 ${k1}, k2 0, k3 0, p1 0, p2 0 cannot be`);
  assertThrows(() => check({ k1: -0.5, k2: 0.1, k3: -1.5 }), Error, "k1 -0.5, k2 0.1, k3 -1.5, p1 0, p2 0 cannot be.");
  for (const mild of [{ k1: -0.2 }, { k1: 0.5, k2: 0.2 }, { p1: 0.05, p2: -0.05 }]) check(mild);
  // So strong that eight steps from the distorted point do not find the ideal one.
  const distortion = { k1: -0.39, k2: 0, k3: 0.05, p1: 0, p2: 0 };
  const strong: Camera = { ...lens, focal: [36.4, 36.4], centre: [32, 24], distortion };
  checkCamera("lens", strong);
  const space = raySpace("metric", { ...bounds, cameras: [strong] });
  const asked = places(strong);
  const rays = await deviceRays([strong], space, asked.map(([column, row]) => row * strong.width + column));
  asked.forEach(([column, row], i) => {
    const { direction } = cameraRay(strong, column + 0.5, row + 0.5);
    assertLess(distance(rays.subarray(12 * i + 4, 12 * i + 7), direction), 1e-4);
  });
});
