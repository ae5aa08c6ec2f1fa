import { assertEquals, assertThrows } from "@std/assert";
import { cropPicture } from "../../../lib/data/image/crop.ts";
import type { Picture } from "../../../lib/codec/image/picture.ts";

const picture: Picture = {
  width: 4,
  height: 3,
  channels: 2,
  pixels: Float32Array.from({ length: 24 }, (_, i) => i),
};

Deno.test("a crop holds the pixels of its rectangle, row by row", () => {
  assertEquals(cropPicture(picture, { x: 1, y: 1, width: 2, height: 2 }), {
    width: 2,
    height: 2,
    channels: 2,
    pixels: Float32Array.of(10, 11, 12, 13, 18, 19, 20, 21),
  });
});

Deno.test("a crop of everything equals the picture and shares no memory with it", () => {
  const all = cropPicture(picture, { x: 0, y: 0, width: 4, height: 3 });
  assertEquals(all, picture);
  all.pixels[0] = 9;
  assertEquals(picture.pixels[0], 0);
});

Deno.test("a rectangle that is not wholly inside is refused", () => {
  const message = "cropPicture: 2×2 pixels at (3, 0) exceed the picture of 4×3.";
  assertThrows(() => cropPicture(picture, { x: 3, y: 0, width: 2, height: 2 }), RangeError, message);
  assertThrows(() => cropPicture(picture, { x: 0, y: 2, width: 1, height: 2 }), RangeError, "exceed the picture");
  assertThrows(
    () => cropPicture(picture, { x: -1, y: 0, width: 1, height: 1 }),
    RangeError,
    "cropPicture: x: expected",
  );
  assertThrows(() => cropPicture(picture, { x: 0, y: 0, width: 0, height: 1 }), RangeError, "cropPicture: width:");
});
