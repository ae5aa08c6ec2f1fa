import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Picture } from "../../lib/codec/mod.ts";
import { gradientEnergy } from "../../lib/metric/mod.ts";

const picture = (width: number, height: number, channels: 1 | 3, at: (x: number, y: number, c: number) => number) => {
  const pixels = Float32Array.from({ length: width * height * channels }, (_, i) => {
    const place = Math.floor(i / channels);
    return at(place % width, Math.floor(place / width), i % channels);
  });
  return { width, height, channels, pixels } satisfies Picture;
};

Deno.test("a slope counts once for every pair of neighbours, in both directions and every channel", () => {
  // 3 rows of 4 pairs along x, 2 rows of 5 pairs along y.
  const slope = picture(5, 3, 1, (x, y) => 0.5 * x + 0.25 * y);
  assertAlmostEquals(gradientEnergy(slope), 12 * 0.25 + 10 * 0.0625, 1e-6);
  const colours = picture(5, 3, 3, (x, _, c) => 0.5 * x * c);
  assertAlmostEquals(gradientEnergy(colours), 12 * (0.25 + 1), 1e-6);
});

Deno.test("a flat picture and a single pixel have none", () => {
  assertEquals(gradientEnergy(picture(4, 3, 3, (_x, _y, c) => c)), 0);
  assertEquals(gradientEnergy(picture(1, 1, 3, () => 0.5)), 0);
});

Deno.test("a picture that contradicts itself is refused", () => {
  assertThrows(() => gradientEnergy({ ...picture(4, 3, 1, () => 0), width: 5 }), RangeError, "gradientEnergy");
});
