import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import type { Picture } from "../../../lib/codec/image/picture.ts";
import { errorColour } from "../../../tasks/run/error_colour.ts";
import { errorPicture } from "../../../tasks/run/error_picture.ts";

/** Relative luminance of an sRGB colour (IEC 61966-2-1). */
function luminance(colour: number[]): number {
  const [r, g, b] = colour.map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

Deno.test("the scale runs from black to nearly white and its luminance grows all the way", () => {
  assertEquals(errorColour(0), [0, 0, 0]);
  assertGreater(luminance(errorColour(1)), 0.85);
  for (let i = 1; i <= 256; i++) assertGreater(luminance(errorColour(i / 256)), luminance(errorColour((i - 1) / 256)));
});

Deno.test("neighbouring errors have neighbouring colours", () => {
  for (let i = 1; i <= 1024; i++) {
    const [now, before] = [errorColour(i / 1024), errorColour((i - 1) / 1024)];
    now.forEach((value, c) => assertLess(Math.abs(value - before[c]), 0.01));
  }
});

Deno.test("levels beyond the ends take the end's colour, NaN is white", () => {
  assertEquals(errorColour(-1), errorColour(0));
  assertEquals(errorColour(Infinity), errorColour(1));
  assertEquals(errorColour(NaN), [1, 1, 1]);
});

Deno.test("a pixel's colour is that of its mean absolute error on the scale 0 to 0.25", () => {
  const target: Picture = { width: 3, height: 1, channels: 3, pixels: new Float32Array(9).fill(0.5) };
  const result = { ...target, pixels: Float32Array.of(0.5, 0.5, 0.5, 0.875, 0.5, 0.5, 1, 0, 1) };
  const { width, height, channels, pixels } = errorPicture(result, target);
  assertEquals([width, height, channels], [3, 1, 3]);
  [...errorColour(0), ...errorColour(0.5), ...errorColour(1)].forEach((value, i) =>
    assertAlmostEquals(pixels[i], value, 1e-7)
  );
  assert(pixels.every((value) => value >= 0 && value <= 1));
});

Deno.test("pictures of different shape are refused", () => {
  const picture: Picture = { width: 2, height: 1, channels: 1, pixels: new Float32Array(2) };
  const message = "errorPicture: expected a result of the target's width×height×channels 2×1×1, found 1×2×1.";
  assertThrows(() => errorPicture({ ...picture, width: 1, height: 2 }, picture), RangeError, message);
});
