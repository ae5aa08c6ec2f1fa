import { assert, assertEquals } from "@std/assert";
import { decodePng } from "../../../lib/codec/image/decode_png.ts";
import { plotPng } from "../../../tasks/run/plot_png.ts";
import { linePlotSvg } from "../../../tasks/run/plot.ts";

Deno.test("a plot is drawn as PNG, lines and texts, with two pixels for each unit and equal bytes each time", async () => {
  const plot = { xLabel: "Step", yLabel: "Loss", series: [{ name: "adam", x: [0, 1], y: [0, 1] }] };
  const svg = await linePlotSvg({ ...plot, title: "A title" });
  const png = await plotPng(svg);
  assertEquals(await plotPng(svg), png);
  const { width, height, channels, pixels } = decodePng(png);
  assertEquals([width, height], [1280, 800]);
  const darkest = (x: number, y: number, wide: number, high: number) => {
    let least = 1;
    for (let row = y; row < y + high; row++) {
      const from = (row * width + x) * channels;
      for (let at = 0; at < wide * channels; at += channels) least = Math.min(least, pixels[from + at]);
    }
    return least;
  };
  // The title is in dark grey at the upper left, the paper is white, and the line ends at the upper right in blue.
  assert(darkest(48, 28, 120, 32) < 0.3);
  assertEquals(darkest(640, 0, 600, 60), 1);
  assert(darkest(1200, 90, 60, 60) < 0.2);
});
