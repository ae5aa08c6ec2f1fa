import { assertEquals, assertStrictEquals } from "@std/assert";
import { compositeOnWhite } from "../../../lib/data/image/alpha.ts";
import type { Picture } from "../../../lib/codec/image/picture.ts";

Deno.test("what is opaque keeps its colour, what is transparent turns white, half and half is in between", () => {
  const rgba: Picture = {
    width: 3,
    height: 1,
    channels: 4,
    pixels: Float32Array.of(0.5, 0.25, 0, 1, 0.5, 0.25, 0, 0, 0.5, 0.25, 0, 0.5),
  };
  assertEquals(compositeOnWhite(rgba), {
    width: 3,
    height: 1,
    channels: 3,
    pixels: Float32Array.of(0.5, 0.25, 0, 1, 1, 1, 0.75, 0.625, 0.5),
  });
  const grey: Picture = { width: 2, height: 1, channels: 2, pixels: Float32Array.of(0.5, 0.5, 0.25, 1) };
  assertEquals(compositeOnWhite(grey), { width: 2, height: 1, channels: 1, pixels: Float32Array.of(0.75, 0.25) });
});

Deno.test("a picture without alpha is returned as it is", () => {
  for (const channels of [1, 3] as const) {
    const picture: Picture = { width: 1, height: 1, channels, pixels: new Float32Array(channels) };
    assertStrictEquals(compositeOnWhite(picture), picture);
  }
});
