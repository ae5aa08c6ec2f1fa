import { assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import type { Picture } from "../../lib/codec/image/picture.ts";
import { structuralSimilarity } from "../../lib/metric/ssim.ts";

function pictureOf(
  width: number,
  height: number,
  channels: Picture["channels"],
  value: (x: number, y: number, c: number) => number,
): Picture {
  const pixels = Float32Array.from({ length: width * height * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    return value(pixel % width, Math.floor(pixel / width), i % channels);
  });
  return { width, height, channels, pixels };
}

/** A smooth picture and one that differs from it, both without random numbers. */
const smooth = (x: number, y: number, c: number) => 0.5 + 0.4 * Math.sin(0.3 * x + 0.17 * y + c);
const rough = (x: number, y: number, c: number) => smooth(x, y, c) + 0.1 * Math.cos(7 * x * (y + 1) + c);

/** Wang et al. 2004, equations 13 to 16 with a two-dimensional window, around each mean as they are written. */
function reference(result: Picture, target: Picture, size: number): number {
  const { width, height, channels } = target;
  const offsets = Array.from({ length: size * size }, (_, i) => [i % size, Math.floor(i / size)]);
  const half = (size - 1) / 2;
  const weights = offsets.map(([dx, dy]) => Math.exp(-((dx - half) ** 2 + (dy - half) ** 2) / 4.5));
  const total = weights.reduce((sum, weight) => sum + weight);
  const mean = (values: number[]) => values.reduce((sum, value, i) => sum + weights[i] * value, 0) / total;
  const similarities: number[] = [];
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y + size <= height; y++) {
      for (let x = 0; x + size <= width; x++) {
        const [a, b] = [result, target].map(({ pixels }) =>
          offsets.map(([dx, dy]) => pixels[((y + dy) * width + x + dx) * channels + c])
        );
        const [meanA, meanB] = [mean(a), mean(b)];
        const varianceA = mean(a.map((value) => (value - meanA) ** 2));
        const varianceB = mean(b.map((value) => (value - meanB) ** 2));
        const covariance = mean(a.map((value, i) => (value - meanA) * (b[i] - meanB)));
        const luminance = (2 * meanA * meanB + 1e-4) / (meanA ** 2 + meanB ** 2 + 1e-4);
        similarities.push(luminance * (2 * covariance + 9e-4) / (varianceA + varianceB + 9e-4));
      }
    }
  }
  return similarities.reduce((sum, value) => sum + value) / similarities.length;
}

Deno.test("the separable sums equal the definition, window by window", () => {
  for (
    const [width, height, channels, size] of [[16, 13, 3, 11], [11, 11, 1, 11], [14, 8, 4, 7], [5, 9, 2, 5]] as const
  ) {
    const [target, result] = [pictureOf(width, height, channels, smooth), pictureOf(width, height, channels, rough)];
    assertAlmostEquals(structuralSimilarity(result, target), reference(result, target, size), 1e-12);
  }
});

Deno.test("equal pictures reach exactly 1, others stay below, whichever comes first", () => {
  const [target, result] = [pictureOf(20, 15, 3, smooth), pictureOf(20, 15, 3, rough)];
  assertEquals(structuralSimilarity(target, target), 1);
  assertLess(structuralSimilarity(result, target), 0.99);
  assertAlmostEquals(structuralSimilarity(result, target), structuralSimilarity(target, result), 1e-15);
});

Deno.test("constant pictures differ by luminance alone: (2ab + C₁) / (a² + b² + C₁)", () => {
  const [dark, bright] = [pictureOf(12, 12, 1, () => 0.25), pictureOf(12, 12, 1, () => 0.75)];
  assertAlmostEquals(structuralSimilarity(dark, bright), (0.375 + 1e-4) / (0.625 + 1e-4), 1e-12);
});

Deno.test("a negative of a picture has negative similarity", () => {
  const target = pictureOf(24, 24, 1, (x, y) => (x + y) % 2);
  assertLess(structuralSimilarity(pictureOf(24, 24, 1, (x, y) => 1 - (x + y) % 2), target), -0.9);
});

Deno.test("a picture of a single pixel is compared with a window of one", () => {
  const [a, b] = [pictureOf(1, 1, 1, () => 0.5), pictureOf(1, 1, 1, () => 1)];
  assertAlmostEquals(structuralSimilarity(a, b), (1 + 1e-4) / (1.25 + 1e-4), 1e-12);
});

Deno.test("NaN in a picture makes the similarity NaN", () => {
  const target = pictureOf(16, 16, 1, smooth);
  const result = { ...target, pixels: target.pixels.slice() };
  result.pixels[100] = NaN;
  assertEquals(structuralSimilarity(result, target), NaN);
});

Deno.test("pictures of different shape are refused", () => {
  const message = "structuralSimilarity: expected a result of the target's width×height×channels 5×4×1, found 4×5×1.";
  assertThrows(
    () => structuralSimilarity(pictureOf(4, 5, 1, smooth), pictureOf(5, 4, 1, smooth)),
    RangeError,
    message,
  );
});
