import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { peakSignalToNoiseRatio } from "../../lib/metric/psnr.ts";

Deno.test("an error of a tenth of the peak everywhere is 20 dB", () => {
  const target = Float32Array.from({ length: 100 }, (_, i) => i / 200);
  const result = target.map((value, i) => value + (i % 2 ? 0.1 : -0.1));
  assertAlmostEquals(peakSignalToNoiseRatio(result, target), 20, 1e-5);
  const scale = (values: Float32Array) => values.map((value) => value * 255);
  assertAlmostEquals(peakSignalToNoiseRatio(scale(result), scale(target), 255), 20, 1e-5);
});

Deno.test("equal signals have an infinite ratio, NaN stays NaN", () => {
  const signal = Float32Array.of(0, 0.5, 1);
  assertEquals(peakSignalToNoiseRatio(signal, signal), Infinity);
  assertEquals(peakSignalToNoiseRatio(Float32Array.of(0, NaN, 1), signal), NaN);
});

Deno.test("values outside [0, peak] are charged in full", () => {
  assertAlmostEquals(peakSignalToNoiseRatio(Float32Array.of(11), Float32Array.of(1)), -20, 1e-9);
});

Deno.test("many small errors are not lost in the sum", () => {
  const length = 2 ** 20;
  const result = new Float32Array(length).fill(2 ** -12);
  result[0] = 1;
  const expected = -10 * Math.log10((1 + (length - 1) * 2 ** -24) / length);
  assertAlmostEquals(peakSignalToNoiseRatio(result, new Float32Array(length)), expected, 1e-12);
});

Deno.test("signals of different or no length and a peak that is not positive are refused", () => {
  const message = "expected as many values in result as in target and at least one, found 2 and 3.";
  assertThrows(() => peakSignalToNoiseRatio(new Float32Array(2), new Float32Array(3)), RangeError, message);
  assertThrows(() => peakSignalToNoiseRatio(new Float32Array(0), new Float32Array(0)), RangeError, "at least one");
  assertThrows(() => peakSignalToNoiseRatio(Float32Array.of(1), Float32Array.of(0), 0), RangeError, "found 0.");
});
