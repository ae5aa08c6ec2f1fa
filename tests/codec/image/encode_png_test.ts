import { assertEquals, assertThrows } from "@std/assert";
import { decode } from "fast-png";
import type { Picture } from "../../../lib/codec/image/picture.ts";
import { decodePng } from "../../../lib/codec/image/decode_png.ts";
import { encodePng } from "../../../lib/codec/image/encode_png.ts";

for (const channels of [1, 2, 3, 4] as const) {
  for (const depth of [8, 16] as const) {
    Deno.test(`${channels} channels of ${depth} bits are read back as they were written`, () => {
      const [width, height, levels] = [5, 7, 2 ** depth];
      const pixels = Float32Array.from(
        { length: width * height * channels },
        (_, i) => (i * 40503 % levels) / (levels - 1),
      );
      const picture: Picture = { width, height, channels, pixels };
      assertEquals(decodePng(encodePng(picture, { depth })), picture);
    });
  }
}

Deno.test("every level of 8 and of 16 bits survives f32", () => {
  for (const depth of [8, 16] as const) {
    const levels = 2 ** depth;
    const pixels = Float32Array.from({ length: levels }, (_, i) => i / (levels - 1));
    const { data } = decode(encodePng({ width: 256, height: levels / 256, channels: 1, pixels }, { depth }));
    assertEquals(Array.from(data), Array.from({ length: levels }, (_, i) => i));
  }
});

Deno.test("values are rounded to the nearest level and clamped", () => {
  const values = [-1, -Infinity, 2, Infinity, 0.4 / 255, 0.6 / 255, 253.4 / 255, 254.6 / 255];
  const { data } = decode(encodePng({ width: 8, height: 1, channels: 1, pixels: Float32Array.from(values) }));
  assertEquals(Array.from(data), [0, 0, 255, 255, 0, 1, 253, 255]);
});

Deno.test("the same picture gives the same bytes", () => {
  const picture: Picture = { width: 2, height: 2, channels: 3, pixels: new Float32Array(12).fill(0.3) };
  assertEquals(encodePng(picture), encodePng(picture));
});

Deno.test("NaN is refused with its place", () => {
  const pixels = new Float32Array(18);
  pixels[13] = NaN;
  const message = "encodePng: expected values in [0, 1], found NaN in row 1, column 1.";
  assertThrows(() => encodePng({ width: 3, height: 2, channels: 3, pixels }), RangeError, message);
});
