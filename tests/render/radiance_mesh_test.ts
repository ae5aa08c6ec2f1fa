import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { type Activation, createField, type Field, type FieldDescription, identity, raySpace } from "../../mod.ts";
import { type Camera, poseColumn, type RaySpace, type SceneBounds, type Vector3 } from "../../lib/data/scene/mod.ts";
import { distancePerInput, inputOf, pointOf, worldOf } from "../../lib/data/scene/input_space.ts";
import { measureSurface } from "../../lib/data/mesh/inspect.ts";
import { lookingAt, radianceMesh, radiancePoints, surfaceThreshold } from "../../lib/render/mod.ts";
import { fileDevice } from "../support/device.ts";

const gpu = await fileDevice({ kernels: "register" });

/** a(z) = z². */
const square: Activation = {
  name: "square",
  options: {},
  maps: [""],
  text: `fn value(z: Preactivation) -> vec4f { return z[0] * z[0]; }
fn partial_0(z: Preactivation) -> vec4f { return 2.0 * z[0]; }
fn partial_0_0(z: Preactivation) -> vec4f { return vec4f(2.0); }`,
  constants: [0, 0],
  weightBound: () => 1,
};

/** The density is softplus(a − b |input − centre|²), the colour depends on the direction of view (red) and the input (green, blue). */
const description: FieldDescription = {
  inputs: { position: 3, direction: 3 },
  layers: [
    { name: "squares", from: ["position"], units: 3, activation: square },
    { name: "density", from: ["squares"], units: 1, activation: identity() },
    { name: "colour", from: ["position", "direction"], units: 3, activation: identity() },
  ],
  outputs: { density: "density", colour: "colour" },
};

/** The output in the middle of the ball. */
const A = 10;

/** A ball: where its output is 0, and how far that is from its centre. */
interface Ball {
  readonly centre: Vector3;
  readonly radius: number;
}

/** A ball around a point of the field's inputs. Its border is soft, or less so if it is steeper. */
function ball({ centre, radius }: Ball, steepness = 1): Field {
  const slope = -steepness * A / radius ** 2;
  const field = createField(gpu, description, { seed: 0 });
  field.parameters.write(Float32Array.from([
    ...[1, 0, 0, 0, 1, 0, 0, 0, 1, ...centre.map((c) => -c)],
    ...[slope, slope, slope, steepness * A],
    ...[0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0],
  ]));
  return field;
}

const distance = (input: Vector3, { centre }: Ball) => Math.hypot(...input.map((x, i) => x - centre[i]));
const lens = { width: 40, height: 40, focal: [50, 50], centre: [20, 20] } as const;

/** Cameras around the point (3, −2, 5), which look at it from all axes at a distance of 4. */
const middle: Vector3 = [3, -2, 5];
const around: SceneBounds = {
  cameras: [0, 1, 2].flatMap((axis) =>
    [-4, 4].map((offset): Camera => {
      const position = middle.map((x, i) => x + (i === axis ? offset : 0)) as unknown as Vector3;
      return { ...lens, pose: lookingAt(position, middle, axis === 2 ? [0, 1, 0] : [0, 0, 1]) };
    })
  ),
  near: 2,
  far: 6,
  kind: "around",
};
/** Cameras side by side that look along x. */
const forward: SceneBounds = {
  cameras: [-0.2, 0, 0.2].map((y): Camera => ({ ...lens, pose: lookingAt([1, y, 2], [9, y, 2], [0, 0, 1]) })),
  near: 2,
  far: 16,
  kind: "forward",
};

const cases: [name: string, bounds: SceneBounds, space: RaySpace, shape: Ball][] = [
  ["metric", around, raySpace("metric", around), { centre: [0, 0, 0], radius: 0.35 }],
  ["inverse", forward, raySpace("inverse", forward), { centre: [0.05, 0, -0.75], radius: 0.1 }],
  ["ndc", forward, raySpace("ndc", forward), { centre: [0.1, -0.1, 0.2], radius: 0.3 }],
];
const volume = { intervals: 64, densityScale: 40 };
const threshold = 20;

/** The point of a scene's world in the frame of a space. */
function inFrame({ motion, scale }: RaySpace, point: Vector3): Vector3 {
  return [0, 1, 2].map((i) =>
    scale * (motion[4 * i] * point[0] + motion[4 * i + 1] * point[1] + motion[4 * i + 2] * point[2] + motion[4 * i + 3])
  ) as unknown as Vector3;
}

/** How far a point is from the surface of the threshold, in inputs: the difference of outputs by the slope. */
function offSurface(input: Vector3, point: Vector3, space: RaySpace, shape: Ball): number {
  const density = threshold / (volume.densityScale * distancePerInput(space, point));
  const from = distance(input, shape);
  const factor = A / shape.radius ** 2;
  return (A - factor * from ** 2 - Math.log(Math.expm1(density))) / (2 * factor * from);
}

const pointsOf = (positions: ArrayLike<number>) =>
  Array.from({ length: positions.length / 3 }, (_, i): Vector3 => [
    positions[3 * i],
    positions[3 * i + 1],
    positions[3 * i + 2],
  ]);

for (const [name, bounds, space, shape] of cases) {
  Deno.test(`the mesh of a ball of density lies on it, is oriented outward and has the field's colours: ${name}`, async () => {
    const live = gpu.liveBuffers;
    {
      using field = ball(shape);
      const options = { ...volume, space, threshold, resolution: 48 };
      const { mesh, colours, parts } = await radianceMesh(field, bounds.cameras, options);
      assertEquals(parts, 1);
      assert(mesh.indices.length > 3 * 500, `${mesh.indices.length / 3} faces`);
      assert(measureSurface(mesh).volume > 0);
      const points = pointsOf(mesh.positions).map((point) => inFrame(space, point));
      const worst = Math.max(
        ...points.map((point) => Math.abs(offSurface(inputOf(space, point), point, space, shape))),
      );
      // A cell is about 1/20 to 1/40 long, a vertex is found to about a hundredth of it, and the world has 32 bits.
      assert(worst < 5e-4, `${worst}`);
      pointsOf(colours).forEach(([red, green, blue], i) => {
        const [, y, z] = inputOf(space, points[i]);
        assertAlmostEquals(green, 255 / (1 + Math.exp(-3 * y)), 1);
        assertAlmostEquals(blue, 255 / (1 + Math.exp(-3 * z)), 1);
        // A camera in the field's own frame looks along the direction that red shows.
        const direction = Math.log(red / (255 - red)) / 3;
        assert(Math.abs(direction) <= 1.02, `${direction}`);
      });
    }
    assertEquals(gpu.liveBuffers, live);
  });

  Deno.test(`points of rendered pixels lie on the ball, nearer than an interval: ${name}`, async () => {
    using field = ball(shape);
    const pixels = Uint32Array.from({ length: 800 }, (_, i) => 2 * i);
    const { positions, colours } = await radiancePoints(field, bounds.cameras, pixels, { ...volume, space });
    assert(positions.length > 60 && positions.length < 2400, `${positions.length / 3} points`);
    assertEquals(colours.length, positions.length);
    for (const point of pointsOf(positions).map((each) => inFrame(space, each))) {
      const input = inputOf(space, point);
      const off = distance(input, shape) - shape.radius;
      assert(Math.abs(off) < 0.05, `${off}`);
    }
  });

  Deno.test(`inputs and points are the inverses of each other: ${name}`, () => {
    for (const input of [[0.1, 0.2, -0.3], [0.5, -0.3, -0.6], [-0.05, 0.04, -0.9]] as const) {
      const point = pointOf(space, input)!;
      inputOf(space, point).forEach((value, i) => assertAlmostEquals(value, input[i], 1e-12));
      inFrame(space, worldOf(space, point)).forEach((value, i) => assertAlmostEquals(value, point[i], 1e-9));
    }
  });
}

Deno.test("a vertex has the colour that the camera sees which looks at it most frontally", async () => {
  const space = cases[0][2];
  using field = ball(cases[0][3]);
  const options = { ...volume, space, threshold, resolution: 24 };
  const { mesh, colours } = await radianceMesh(field, around.cameras, options);
  const points = pointsOf(mesh.positions);
  for (const [axis, sign] of [[0, 1], [0, -1], [1, 1], [2, -1]]) {
    const at = (point: Vector3) => sign * (point[axis] - middle[axis]);
    const vertex = points.reduce((best, point, i) => at(point) > at(points[best]) ? i : best, 0);
    const camera = around.cameras[2 * axis + (sign + 1) / 2];
    const offset = points[vertex].map((x, i) => x - poseColumn(camera.pose, 3)[i]);
    const red = 255 / (1 + Math.exp(-3 * offset[0] / Math.hypot(...offset)));
    assertAlmostEquals(colours[3 * vertex], red, 1.5);
  }
});

Deno.test("the threshold that is chosen is that of half opaque intervals, or less in fog, so that the surface is what cameras see", async () => {
  const space = cases[0][2];
  using hard = ball(cases[0][3], 100);
  const dense = await surfaceThreshold(hard, around.cameras, { ...volume, space });
  assertAlmostEquals(dense, Math.LN2 * 64 / 2, 1e-9);
  using field = ball(cases[0][3]);
  // In fog of the same shape, the points at the median depth lie deep within.
  const fog = { ...volume, densityScale: 0.3, space };
  const threshold = await surfaceThreshold(field, around.cameras, fog);
  // The density in the middle is 0.3 softplus(10).
  assert(threshold > 0.75 && threshold < 3, `${threshold}`);
  const { mesh } = await radianceMesh(field, around.cameras, { ...fog, threshold, resolution: 24 });
  assert(mesh.indices.length > 300);
});

Deno.test("where no camera sees, nothing is extracted", async () => {
  const bounds = { ...forward, cameras: forward.cameras.slice(0, 1) };
  const space = raySpace("metric", bounds);
  using field = ball(cases[0][3]);
  // A ball larger than all that the camera sees.
  field.parameters.write(Float32Array.from([...new Array(12).fill(0), 0, 0, 0, 5, ...new Array(21).fill(0)]));
  const { mesh, parts } = await radianceMesh(field, bounds.cameras, { ...volume, space, threshold: 1, resolution: 32 });
  assertEquals(parts, 1);
  const cell = 2 * 0.4 * 8 / 32 / space.scale * 3;
  for (const [x, y, z] of pointsOf(mesh.positions)) {
    const [depth, across] = [x - 1, Math.max(Math.abs(y + 0.2), Math.abs(z - 2))];
    assert(depth > 0 && across < 0.4 * depth + cell && depth < bounds.far + cell, `${x}, ${y}, ${z}`);
  }
});

Deno.test("bad options and fields without surface or of another kind are told apart", async () => {
  const space = cases[0][2];
  using field = ball(cases[0][3]);
  const extract = (options: object) =>
    radianceMesh(field, around.cameras, { ...volume, space, resolution: 8, threshold, ...options });
  await assertRejects(() => extract({ threshold: 0 }), RangeError, "threshold: expected a number > 0, found 0.");
  await assertRejects(
    () => extract({ resolution: 0 }),
    RangeError,
    "resolution: expected a whole number from 1 to 1600",
  );
  assertEquals((await extract({ threshold: 1e6 })).mesh.indices.length, 0);
  await assertRejects(
    () => radianceMesh(field, [], { ...volume, space, threshold, resolution: 8 }),
    Error,
    "camera views: expected at least one camera, found none.",
  );
});
