import { assertAlmostEquals, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { Picture } from "../../../lib/codec/image/picture.ts";
import { fitLongerSide, resizePicture } from "../../../lib/data/image/resize.ts";

function pictureOf(
  width: number,
  height: number,
  channels: Picture["channels"],
  value: (i: number) => number,
): Picture {
  return {
    width,
    height,
    channels,
    pixels: Float32Array.from({ length: width * height * channels }, (_, i) => value(i)),
  };
}

function noise(width: number, height: number, channels: Picture["channels"]): Picture {
  return pictureOf(width, height, channels, (i) => (i * 2654435761 % 65537) / 65536);
}

function assertClose(actual: Float32Array, expected: ArrayLike<number>, tolerance = 1e-7): void {
  assertEquals(actual.length, expected.length);
  actual.forEach((value, i) => assertAlmostEquals(value, expected[i], tolerance, `entry ${i}`));
}

const SIZES = [[7, 5, 3, 4], [7, 5, 16, 9], [4, 4, 2, 2], [9, 1, 4, 3], [1, 6, 5, 1], [12, 10, 5, 17]];

Deno.test("plain resizing is PyTorch's formula: the four neighbours of max(0, (i + ½)·scale − ½)", () => {
  for (const [width, height, newWidth, newHeight] of SIZES) {
    const picture = noise(width, height, 3);
    const expected: number[] = [];
    for (let y = 0; y < newHeight; y++) {
      for (let x = 0; x < newWidth; x++) {
        const v = Math.max(0, (y + 0.5) * height / newHeight - 0.5);
        const u = Math.max(0, (x + 0.5) * width / newWidth - 0.5);
        const [y0, x0] = [Math.floor(v), Math.floor(u)];
        const [y1, x1] = [Math.min(y0 + 1, height - 1), Math.min(x0 + 1, width - 1)];
        for (let c = 0; c < 3; c++) {
          const at = (row: number, column: number) => picture.pixels[(row * width + column) * 3 + c];
          const top = at(y0, x0) * (1 - u + x0) + at(y0, x1) * (u - x0);
          const bottom = at(y1, x0) * (1 - u + x0) + at(y1, x1) * (u - x0);
          expected.push(top * (1 - v + y0) + bottom * (v - y0));
        }
      }
    }
    assertClose(resizePicture(picture, newWidth, newHeight, { antialias: false }).pixels, expected);
  }
});

Deno.test("antialiased shrinking weighs every pixel by a triangle as wide as the scale", () => {
  for (const [width, height, newWidth, newHeight] of SIZES) {
    const picture = noise(width, height, 1);
    // The two-dimensional sum over the whole picture, divided by the sum of the weights.
    const triangle = (inputs: number, outputs: number, i: number, j: number) => {
      const support = Math.max(1, inputs / outputs);
      return Math.max(0, support - Math.abs((j + 0.5) - (i + 0.5) * inputs / outputs));
    };
    const expected: number[] = [];
    for (let y = 0; y < newHeight; y++) {
      for (let x = 0; x < newWidth; x++) {
        let [sum, total] = [0, 0];
        picture.pixels.forEach((value, i) => {
          const weight = triangle(height, newHeight, y, Math.floor(i / width)) *
            triangle(width, newWidth, x, i % width);
          sum += weight * value;
          total += weight;
        });
        expected.push(sum / total);
      }
    }
    assertClose(resizePicture(picture, newWidth, newHeight).pixels, expected);
  }
});

Deno.test("four pixels shrink to two with the weights 3:3:1 of the antialiased and 1:1 of the plain filter", () => {
  const picture: Picture = { width: 4, height: 1, channels: 1, pixels: Float32Array.of(0, 0.7, 0.7, 0) };
  assertClose(resizePicture(picture, 2, 1).pixels, [(3 * 0.7 + 0.7) / 7, (3 * 0.7 + 0.7) / 7]);
  assertClose(resizePicture(picture, 2, 1, { antialias: false }).pixels, [0.35, 0.35]);
});

Deno.test("constant pictures stay constant", () => {
  for (const antialias of [true, false]) {
    for (const [width, height, newWidth, newHeight] of SIZES) {
      for (const channels of [1, 2, 3, 4] as const) {
        const { pixels } = resizePicture(pictureOf(width, height, channels, () => 0.3), newWidth, newHeight, {
          antialias,
        });
        assertClose(pixels, Array(newWidth * newHeight * channels).fill(0.3));
      }
    }
  }
});

Deno.test("a linear ramp stays linear away from the edges, antialiased if the scale is whole", () => {
  const ramp = pictureOf(60, 2, 1, (i) => (i % 60 + 0.5) / 60);
  for (const [newWidth, antialias] of [[20, true], [20, false], [17, false], [150, true]] as const) {
    const { pixels } = resizePicture(ramp, newWidth, 2, { antialias });
    const margin = Math.ceil(2 * Math.max(1, newWidth / 60));
    for (let x = margin; x < newWidth - margin; x++) assertAlmostEquals(pixels[x], (x + 0.5) / newWidth, 1e-7);
  }
});

Deno.test("antialiasing changes nothing where the picture grows", () => {
  const picture = noise(5, 4, 3);
  assertEquals(resizePicture(picture, 13, 4), resizePicture(picture, 13, 4, { antialias: false }));
});

Deno.test("what is transparent does not bleed into what is seen", () => {
  const half: Picture = { width: 2, height: 1, channels: 4, pixels: Float32Array.of(1, 0, 0, 1, 0, 1, 0, 0) };
  assertClose(resizePicture(half, 1, 1).pixels, [1, 0, 0, 0.5]);
  const grey: Picture = { width: 2, height: 1, channels: 2, pixels: Float32Array.of(0.2, 0.25, 0.8, 0.75) };
  assertClose(resizePicture(grey, 1, 1).pixels, [0.2 * 0.25 + 0.8 * 0.75, 0.5]);
  const empty: Picture = { width: 2, height: 1, channels: 2, pixels: Float32Array.of(1, 0, 1, 0) };
  assertClose(resizePicture(empty, 1, 1).pixels, [0, 0]);
});

Deno.test("an unchanged size gives the same picture back", () => {
  const picture = noise(3, 2, 4);
  assertStrictEquals(resizePicture(picture, 3, 2), picture);
});

Deno.test("sizes that are no whole numbers and pictures that contradict themselves are refused", () => {
  const picture = noise(3, 2, 1);
  const message = "resizePicture: width: expected a whole number of at least 1, found ";
  assertThrows(() => resizePicture(picture, 0, 2), RangeError, message + "0.");
  assertThrows(() => resizePicture(picture, 1.5, 2), RangeError, message + "1.5.");
  assertThrows(
    () => resizePicture({ ...picture, width: 4 }, 2, 2),
    RangeError,
    "resizePicture: expected 2×4×1 = 8 pixel values, found 6.",
  );
});

Deno.test("the longer side fits, the shape is kept, no side vanishes, 0 keeps the size", () => {
  assertEquals(fitLongerSide(768, 512, 256), { width: 256, height: 171 });
  assertEquals(fitLongerSide(512, 768, 256), { width: 171, height: 256 });
  assertEquals(fitLongerSide(768, 512, 0), { width: 768, height: 512 });
  assertEquals(fitLongerSide(10, 10, 25), { width: 25, height: 25 });
  assertEquals(fitLongerSide(5000, 3, 100), { width: 100, height: 1 });
  assertThrows(() => fitLongerSide(5, 5, -1), RangeError, "fitLongerSide: size: expected a whole number of at least 0");
});
