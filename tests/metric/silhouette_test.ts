import { assertAlmostEquals, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { peakSignalToNoiseRatio } from "../../mod.ts";
import type { Picture } from "../../lib/codec/mod.ts";
import { silhouettePsnr } from "../../lib/metric/mod.ts";

const size = { width: 6, height: 4 };
const cover = Float32Array.from({ length: 24 }, (_, i) => i < 8 ? 0 : i < 12 ? (i - 8) / 4 : 1);
const alpha: Picture = { ...size, channels: 1, pixels: cover };
const over = (behind: number, colour: (i: number, c: number) => number): Picture => ({
  ...size,
  channels: 3,
  pixels: Float32Array.from({ length: 72 }, (_, at) => {
    const [i, c] = [Math.floor(at / 3), at % 3];
    return cover[i] * colour(i, c) + (1 - cover[i]) * behind;
  }),
});

Deno.test("a silhouette of one colour is met exactly, over white and over black, its soft edge too", () => {
  for (const [background, behind] of [["white", 1], ["black", 0]] as const) {
    assertGreater(silhouettePsnr(over(behind, (_, c) => 0.2 + 0.3 * c), alpha, background), 120);
  }
});

Deno.test("no other colour does better", () => {
  const picture = over(1, (i, c) => (i * (c + 2) % 7) / 7);
  const best = silhouettePsnr(picture, alpha, "white");
  const colours = [0, 1, 2].flatMap((c) => [-0.05, 0.05].map((step) => ({ c, step })));
  // The best colour by the normal equations, moved a little in every direction.
  const mean = [0, 1, 2].map((c) => {
    const along = cover.reduce((sum, a, i) => sum + a * (picture.pixels[3 * i + c] - (1 - a)), 0);
    return along / cover.reduce((sum, a) => sum + a * a, 0);
  });
  const psnr = (colour: number[]) => peakSignalToNoiseRatio(over(1, (_, c) => colour[c]).pixels, picture.pixels);
  assertAlmostEquals(psnr(mean), best, 1e-4);
  for (const { c, step } of colours) assertGreater(best, psnr(mean.map((value, i) => i === c ? value + step : value)));
});

Deno.test("where nothing is there is nothing to be missed, and other shapes are refused", () => {
  const nothing: Picture = { ...size, channels: 1, pixels: new Float32Array(24) };
  const white: Picture = { ...size, channels: 3, pixels: new Float32Array(72).fill(1) };
  assertEquals(silhouettePsnr(white, nothing, "white"), Infinity);
  const message = "expected an RGB picture and its alpha, found 6×4×3 and 4×6×1.";
  assertThrows(() => silhouettePsnr(white, { ...nothing, width: 4, height: 6 }, "white"), RangeError, message);
});
