import { assertEquals, assertThrows } from "@std/assert";
import { depthPicture } from "../../../lib/render/depth_picture.ts";
import { sideBySide } from "../../../tasks/run/side_by_side.ts";
import { testPicture } from "../../support/scenes.ts";

Deno.test("pictures stand next to each other, row by row", () => {
  const [a, b] = [testPicture(2, 3), testPicture(4, 3, 50)];
  const both = sideBySide([a, b]);
  assertEquals([both.width, both.height, both.channels], [6, 3, 3]);
  assertEquals(both.pixels.subarray(18, 24), a.pixels.subarray(6, 12));
  assertEquals(both.pixels.subarray(24, 36), b.pixels.subarray(12, 24));
  assertThrows(() => sideBySide([a, testPicture(2, 4)]), RangeError, "the same height");
});

Deno.test("in a depth picture what is nearer is brighter, and what is not there is black", () => {
  const { pixels } = depthPicture(Float32Array.of(1, 2, 4, 0.3), Float32Array.of(1, 1, 1, 0.1), 4, 1);
  assertEquals([pixels[0] > pixels[1], pixels[1] > pixels[2], pixels[2] > 0, pixels[3]], [true, true, true, 0]);
  const linear = depthPicture(Float32Array.of(0, 1, 2), Float32Array.of(1, 1, 1), 3, 1, "linear").pixels;
  assertEquals([linear[0], Math.fround(linear[1])], [1, Math.fround(0.55)]);
  // Half opaque at half the Σ w t is as far as fully opaque at all of it.
  const half = depthPicture(Float32Array.of(2, 1, 5), Float32Array.of(1, 0.5, 1), 3, 1).pixels;
  assertEquals(half[0], half[1]);
});
