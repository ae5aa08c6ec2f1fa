import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { averagePicture } from "../../../lib/data/image/average.ts";
import { testPicture } from "../../support/scenes.ts";

Deno.test("area averaging agrees with a fine sampling of what each pixel covers", () => {
  const picture = testPicture(10, 7);
  const small = averagePicture(picture, 4, 3);
  // 4 × 3 new pixels over 10 × 7 old ones: cells of 1/12 of an old pixel's height and ½ of its width nest in both.
  for (let y = 0; y < 3; y++) {
    for (let x = 0; x < 4; x++) {
      let sum = 0;
      for (let j = 0; j < 28; j++) {
        for (let i = 0; i < 5; i++) {
          const row = Math.floor((y * 28 + j) / 12);
          const column = Math.floor((x * 5 + i) / 2);
          sum += picture.pixels[(row * 10 + column) * 3 + 1];
        }
      }
      assertAlmostEquals(small.pixels[(y * 4 + x) * 3 + 1], sum / 140, 1e-6);
    }
  }
});

Deno.test("the mean stays, the same size changes nothing, and enlarging is refused", () => {
  const picture = testPicture(9, 8);
  const mean = (pixels: Float32Array) => pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  assertAlmostEquals(mean(averagePicture(picture, 5, 3).pixels), mean(picture.pixels), 1e-6);
  assertEquals(averagePicture(picture, 9, 8), picture);
  assertThrows(() => averagePicture(picture, 10, 8), RangeError, "expected at most 9×8 pixels, found 10×8");
});
