import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import type { Picture } from "../../lib/codec/mod.ts";
import { meshPicture, slicePicture } from "../../lib/render/mod.ts";
import { cube, moved, sphere } from "../support/meshes.ts";

const pixel = ({ width, pixels }: Picture, row: number, column: number) => [
  ...pixels.subarray(3 * (row * width + column), 3 * (row * width + column) + 3),
];
const isWhite = (colour: number[]) => colour.every((value) => value === 1);
const isRed = ([red, green]: number[]) => red > 2 * green;

Deno.test("a sphere is a disc in the middle of the picture, lit from the upper left", () => {
  const picture = meshPicture(sphere(1, 40, 80), { size: 101 });
  assertEquals([picture.width, picture.height, picture.channels], [101, 101, 3]);
  assertEquals(meshPicture(sphere(1, 40, 80), { size: 101 }), picture);
  const covered = Array.from({ length: 101 * 101 }, (_, i) => !isWhite(pixel(picture, Math.floor(i / 101), i % 101)));
  const radius = Math.sqrt(covered.filter(Boolean).length / Math.PI);
  assert(radius > 46 && radius < 51, `radius ${radius}`);
  for (let i = 0; i < 101; i++) assertEquals(covered[i], false, "the sphere fits the picture");
  const [lit, dark] = [pixel(picture, 35, 40), pixel(picture, 85, 60)];
  assertLess(dark[0], lit[0]);
  assert(!isRed(lit));
});

Deno.test("what is nearer hides what is behind it, and the inside of an open surface is red", () => {
  const ball = sphere(0.8, 40, 80);
  // Only the half that faces away from the camera.
  const open = ball.indices.filter((_, i) => {
    const face = ball.indices.subarray(3 * Math.floor(i / 3), 3 * Math.floor(i / 3) + 3);
    return [...face].every((vertex) => ball.positions[3 * vertex + 2] <= 0);
  });
  const front = { size: 64, azimuth: 0, elevation: 0 };
  assert(isRed(pixel(meshPicture({ positions: ball.positions, indices: open }, front), 32, 32)));
  assert(!isRed(pixel(meshPicture(ball, front), 32, 32)));
});

Deno.test("a surface with colours of its own is drawn in them, without light", () => {
  const ball = sphere(0.8, 40, 80);
  const front = { size: 64, azimuth: 0, elevation: 0 };
  const colours = Uint8Array.from(ball.positions, (_, i) => [0, 128, 255][i % 3]);
  for (const row of [20, 44]) {
    const found = pixel(meshPicture(ball, { ...front, colours }), row, 32);
    found.forEach((value, i) => assertAlmostEquals(value, [0, 128 / 255, 1][i], 1e-3));
  }
  assertThrows(() => meshPicture(ball, { colours: colours.subarray(3) }), RangeError, "numbers of colours");
});

Deno.test("azimuth 90° shows the x side, elevation 90° the top", () => {
  const bar = moved(cube(0.5), ([x, y, z]) => [1.8 * x, 0.2 * y, 0.2 * z]);
  const wide = (options: { azimuth: number; elevation: number }) => {
    const picture = meshPicture(bar, { size: 64, ...options });
    return Array.from({ length: 64 }, (_, column) => column).filter((column) => !isWhite(pixel(picture, 32, column)))
      .length;
  };
  assert(wide({ azimuth: 0, elevation: 0 }) > 50);
  assertLess(wide({ azimuth: 90, elevation: 0 }), 12);
  assert(wide({ azimuth: 0, elevation: 90 }) > 50);
});

Deno.test("a mesh without faces is a white picture, and a size that is none is refused", () => {
  const empty = { positions: new Float32Array(), indices: new Uint32Array() };
  assert(meshPicture(empty, { size: 4 }).pixels.every((value) => value === 1));
  assertThrows(() => meshPicture(empty, { size: 0 }), RangeError, "size must be");
});

Deno.test("a flat side has one colour up to its edges, also where only two faces meet at a corner", () => {
  // Of the cube's corners some have one face of a side, others two, so that means over all faces would not agree.
  const picture = meshPicture(cube(0.55), { size: 128, azimuth: 30, elevation: 15 });
  const colours = new Map<string, number>();
  for (let i = 0; i < 128 * 128; i++) {
    const key = pixel(picture, Math.floor(i / 128), i % 128).map((value) => value.toFixed(2)).join();
    colours.set(key, (colours.get(key) ?? 0) + 1);
  }
  // White and three sides; the rest are pixels on edges.
  const most = [...colours.values()].sort((a, b) => b - a).slice(0, 4).reduce((sum, count) => sum + count, 0);
  assertGreater(most, 0.96 * 128 * 128);
});

Deno.test("a mesh that leaves the unit sphere is seen whole too, from the same direction", () => {
  for (const half of [0.5, 1]) {
    const picture = meshPicture(cube(half), { size: 96 });
    for (let i = 0; i < 96; i++) {
      for (const [row, column] of [[0, i], [95, i], [i, 0], [i, 95]]) assert(isWhite(pixel(picture, row, column)));
    }
  }
  const [small, large] = [cube(1 / Math.sqrt(3)), cube(1)].map((mesh) => meshPicture(mesh, { size: 96 }));
  const [near, beside] = [cube(0.5), cube(1)];
  const apart = meshPicture(near, { size: 96 });
  const together = meshPicture(near, { size: 96, beside });
  const covered = ({ pixels }: typeof apart) => pixels.filter((value) => value < 1).length;
  // The same solid angle, but for perspective: a third of the area.
  assert(covered(together) < 0.4 * covered(apart) && covered(together) > 0.2 * covered(apart));
  small.pixels.forEach((value, i) => assertAlmostEquals(large.pixels[i], value, 1e-3));
});

Deno.test("a section is blue outside, orange inside, black on the level and green on the truth's boundary", () => {
  const size = 65;
  const values = (radius: number) =>
    Float32Array.from({ length: size * size }, (_, i) => radius - Math.hypot(i % size - 32, Math.floor(i / size) - 32));
  const picture = slicePicture(values(20), size, size, values(28));
  const [inside, level, truth, outside] = [32, 52, 60, 64].map((column) => pixel(picture, 32, column));
  assert(inside[0] > inside[2] && outside[2] > outside[0]);
  assert(level.every((value) => value < 0.2));
  assert(truth[1] > truth[0] + 0.3);
  assertAlmostEquals(pixel(slicePicture(values(20), size, size), 32, 60)[0], outside[0], 0.02);
  assertThrows(() => slicePicture(values(20), 2, 2), RangeError, "expected 2 × 2 values");
});

Deno.test("a section has no line where values jump or come near 0 without changing their sign", () => {
  const size = 40;
  const section = (value: (column: number, row: number) => number) =>
    Float32Array.from({ length: size * size }, (_, i) => value(i % size, Math.floor(i / size)));
  const flat = section(() => -1e-3);
  const plain = slicePicture(flat, size, size);
  // Winding numbers less ½ where a second part lies within the first, and where a part is oriented inward.
  const inside = section((x, y) => Math.hypot(x - 20, y - 20) < 9 ? 1.5 : 0.5);
  const outside = section((x, y) => Math.hypot(x - 20, y - 20) < 9 ? -1.5 : -0.5);
  for (const truth of [inside, outside]) assertEquals(slicePicture(flat, size, size, truth), plain);
  // Logits that grow steeply within the surface.
  const dark = (x: number, y: number) => Math.max(...pixel(steep, y, x)) < 0.3;
  const steep = slicePicture(section((x) => x < 20 ? -1 : x < 30 ? 1 : 20), size, size);
  assertEquals([dark(18, 20), dark(19, 20), dark(20, 20), dark(28, 20), dark(30, 20)], [
    false,
    true,
    true,
    false,
    false,
  ]);
});
