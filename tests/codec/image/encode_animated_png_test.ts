import { assertEquals, assertThrows } from "@std/assert";
import { crc32 } from "node:zlib";
import { decodePicture, encodePng } from "../../../mod.ts";
import { encodeAnimatedPng } from "../../../lib/codec/mod.ts";
import { testPicture } from "../../support/scenes.ts";

function chunks(png: Uint8Array) {
  const view = new DataView(png.buffer);
  const found = [];
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    assertEquals(view.getUint32(at + 8 + length), crc32(png.subarray(at + 4, at + 8 + length)), type);
    found.push({ type, data: png.slice(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return found;
}

Deno.test("an animated PNG has every frame, in order, and its first one is what others see", async () => {
  const frames = [0, 40, 90].map((shade) => testPicture(9, 7, shade));
  const png = encodeAnimatedPng(frames, { framesPerSecond: 12 });
  const found = chunks(png);
  const types = found.map(({ type }) => type);
  assertEquals(types, ["IHDR", "acTL", "fcTL", "IDAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND"]);
  assertEquals([...found[1].data], [0, 0, 0, 3, 0, 0, 0, 0]);
  assertEquals([...found[4].data], [...[0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 7], ...Array(8).fill(0), 0, 1, 0, 12, 0, 0]);
  assertEquals(found.filter(({ type }) => type === "fcTL" || type === "fdAT").map(({ data }) => data[3]), [
    0,
    1,
    2,
    3,
    4,
  ]);
  assertEquals(await decodePicture(png), await decodePicture(encodePng(frames[0])));
  // Each frame's data is that of a picture of its own.
  for (const [i, at] of [[1, 5], [2, 7]]) {
    const alone = chunks(encodePng(frames[i])).find(({ type }) => type === "IDAT")!;
    assertEquals(found[at].data.slice(4), alone.data);
  }
});

Deno.test("frames of different sizes, no frames and odd rates are refused", () => {
  const frame = testPicture(4, 4);
  assertThrows(() => encodeAnimatedPng([]), RangeError, "expected at least one picture, found none");
  assertThrows(() => encodeAnimatedPng([frame, testPicture(5, 4)]), RangeError, "but picture 1 differs");
  assertThrows(() => encodeAnimatedPng([frame], { framesPerSecond: 0 }), RangeError, "found 0");
});
