import { assert, assertEquals } from "@std/assert";
import type { Picture } from "../../lib/codec/mod.ts";
import { fitPreview } from "../../tasks/fit/fit_preview.ts";

const SIDE = 256;
const isWhite = (colour: readonly number[]) => colour.every((value) => value === 1);

function pixel({ pixels }: Picture, x: number, y: number): number[] {
  return [...pixels.slice((y * SIDE + x) * 3, (y * SIDE + x) * 3 + 3)];
}

/** The rows of a column that are coloured. */
function coloured(picture: Picture, x: number): number[] {
  return Array.from({ length: SIDE }, (_, y) => y).filter((y) => !isWhite(pixel(picture, x, y)));
}

Deno.test("samples of one input are drawn against it, with the error around the middle", () => {
  const inputs = Float32Array.of(-1, 0, 1);
  const targets = Float32Array.of(0, 1, 0);
  const { truth, result, error, titles } = fitPreview({ inputs, dimensions: 1, targets, result: targets.slice() });
  assertEquals(titles[1], "Field against the input");
  // The axes have a room of a twentieth at each end: 0 lies a 22nd of the height above the lower edge.
  assertEquals(coloured(truth, 127), [12, 13]);
  assertEquals(coloured(result, 12), [242, 243]);
  assert(coloured(error, 127).every((y) => Math.abs(y - 127) <= 1));
});

Deno.test("samples of two inputs are a map whose cells are the means of the samples in them", () => {
  const side = 16;
  const inputs = Float32Array.from({ length: 2 * side * side }, (_, i) => {
    const sample = i >> 1;
    return i % 2 === 0 ? sample % side : Math.floor(sample / side);
  });
  // White where the first input is at its end and the second at its beginning: right and below.
  const targets = Float32Array.from({ length: side * side }, (_, sample) => sample === side - 1 ? 1 : 0);
  const { truth, result, error } = fitPreview({
    inputs,
    dimensions: 2,
    targets,
    result: new Float32Array(side * side),
  });
  assert(pixel(truth, SIDE - 1, SIDE - 1)[0] > 0.9 && pixel(truth, SIDE - 17, SIDE - 1)[0] < 0.1);
  assert(pixel(result, SIDE - 1, SIDE - 1)[0] < 0.1);
  assertEquals(pixel(error, 0, 0).map(Math.abs), [0, 0, 0]);
  assert(pixel(error, SIDE - 8, SIDE - 8)[0] > 0.9);
});

Deno.test("samples of more inputs are drawn against their targets, and odd samples do not matter", () => {
  const targets = Float32Array.of(0, 0.5, 1);
  const moment = { inputs: new Float32Array(9), dimensions: 3, targets, result: Float32Array.of(0, 1, NaN) };
  const { truth, result } = fitPreview(moment);
  assertEquals(coloured(truth, 127), [127, 128]);
  assertEquals(coloured(result, 127), [12, 13]);
  const one = fitPreview({
    inputs: new Float32Array(2),
    dimensions: 2,
    targets: Float32Array.of(3),
    result: Float32Array.of(3),
  });
  assertEquals(one.truth.pixels.length, one.error.pixels.length);
});
