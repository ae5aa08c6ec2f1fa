import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { decodePicture } from "../../lib/codec/mod.ts";
import { type Displayed, showCurves, showPicture } from "../../lib/notebook/mod.ts";

/** What a notebook would get. */
function content(value: Displayed): Readonly<Record<string, string>> {
  return value[Symbol.for("Jupyter.display")]();
}

Deno.test("a notebook gets a picture as PNG", async () => {
  const pixels = Float32Array.of(0, 1, 0.2, 0.4, 0.6, 0.8);
  const { "image/png": png } = content(showPicture({ width: 2, height: 1, channels: 3, pixels }));
  const picture = await decodePicture(Uint8Array.fromBase64(png), "cell");
  assertEquals([picture.width, picture.height, picture.channels], [2, 1, 3]);
  for (const [i, value] of pixels.entries()) assert(Math.abs(picture.pixels[i] - value) < 1 / 255);
});

Deno.test("a notebook gets curves as SVG, with names escaped and points that cannot be drawn left out", () => {
  const curves = [{ name: "a<b", y: [1, NaN, 100] }, { name: "c", x: [0, 4], y: [0, 10] }];
  const { "image/svg+xml": svg } = content(showCurves(curves, { log: true }));
  assertStringIncludes(svg, "a&lt;b");
  const lines = [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) => points.split(" "));
  // On the logarithmic axis from 1 to 100, 10 is in the middle; 0 has no place.
  assertEquals(lines.map((points) => points.length), [2, 1]);
  const heights = lines.flat().map((point) => Number(point.split(",")[1]));
  assert(Math.abs((heights[0] + heights[1]) / 2 - heights[2]) < 0.2);
  assertThrows(
    () => showCurves([{ name: "a", x: [1], y: [1, 2] }]),
    RangeError,
    "a: expected as many x as y, found 1 and 2",
  );
  assertThrows(() => showCurves([{ name: "a", y: [NaN] }]), RangeError, "expected at least one finite point");
});
