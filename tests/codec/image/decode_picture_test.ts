import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { encode } from "fast-png";
import { existsSync } from "node:fs";
import { decodePicture } from "../../../lib/codec/image/decode_picture.ts";
import { buildJpeg } from "./jpeg_builder.ts";

Deno.test("PNG and JPEG are told apart by their first bytes, whatever the name", async () => {
  const png = encode({ width: 1, height: 1, channels: 1, data: Uint8Array.of(255) });
  assertEquals((await decodePicture(png, "a.jpg")).width, 1);
  assertEquals((await decodePicture(buildJpeg({ levels: [3] }), "a.png")).width, 8);
});

Deno.test("anything else is refused by name and by what it is", async () => {
  const fails = (content: string, found: string) =>
    assertRejects(
      () => decodePicture(Uint8Array.from(content, (character) => character.charCodeAt(0)), "x.dat"),
      Error,
      `x.dat: expected a PNG or a JPEG, found ${found}.`,
    );
  await fails("", "an empty file");
  await fails("GIF89a", "a GIF; convert it to PNG");
  await fails("RIFF\x10\0\0\0WEBPVP8 ", "a WebP; convert it to PNG");
  await fails("\0\0\0\x1cftypavif", "an AVIF; convert it to PNG");
  await fails("\0\0\0\x18ftypheic", "a HEIC; convert it to PNG");
  await fails("\0\0\0\x18ftypmp42", "a video");
  await fails("v/1\x01\x02\0\0\0", "an OpenEXR picture; convert it to PNG");
  await fails("#?RADIANCE\n", "a Radiance HDR picture; convert it to PNG");
  await fails("\xff\x0a\xfa\x1f", "a JPEG XL; convert it to PNG");
  await fails("\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL; convert it to PNG");
  await fails("\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000; convert it to PNG");
  await fails("\xff\x4f\xff\x51\0", "a JPEG 2000; convert it to PNG");
  await fails("P6\n1 1\n255\nabc", "a PPM, PGM or PBM; convert it to PNG");
  await fails("II*\0\x08\0", "a TIFF; convert it to PNG");
  await fails("BM\x10\0", "a BMP; convert it to PNG");
  await fails("8BPS\0\x01", "a Photoshop document; convert it to PNG");
  await fails("\0\0\x02TRUEVISION-XFILE.\0", "a TGA; convert it to PNG");
  await assertRejects(
    () => decodePicture(Uint8Array.of(0, 0, 2, 0, 0), "a.tga"),
    Error,
    "a.tga: expected a PNG or a JPEG, found a TGA; convert it to PNG.",
  );
  await fails("\x89PNG\n\x1a\n", "a PNG damaged by a text-mode transfer");
  await fails("version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer instead of the file itself");
  await fails("\x01\xabhello", "a file of another kind, which begins with the bytes 01 ab 68 65 6c 6c 6f");
});

/** Mean of each channel as Pillow 12 computes it. */
const REAL = {
  "astronaut.png": { shape: [512, 512, 3], mean: [0.555147, 0.414743, 0.378334] },
  "camera.png": { shape: [512, 512, 1], mean: [0.50612] },
  "kodim23.png": { shape: [768, 512, 3], mean: [0.477106, 0.429788, 0.297231] },
  "rocket.jpg": { shape: [640, 427, 3], mean: [0.204964, 0.24037, 0.322632] },
};
const folder = new URL("../../../../shared/data/images/", import.meta.url);

for (const [name, { shape, mean }] of Object.entries(REAL)) {
  const file = new URL(name, folder);
  const ignore = !existsSync(file);
  const note = ignore ? " (skipped: the file is not there)" : "";
  Deno.test({ name: `${name} has Pillow's means${note}`, ignore }, async () => {
    const { width, height, channels, pixels } = await decodePicture(await Deno.readFile(file), name);
    assertEquals([width, height, channels], shape);
    mean.forEach((expected, c) => {
      let sum = 0;
      for (let i = c; i < pixels.length; i += channels) sum += pixels[i];
      // JPEG decoders differ in how they enlarge the chroma and round.
      assertAlmostEquals(sum / (width * height), expected, name.endsWith(".jpg") ? 1e-3 : 1e-6);
    });
  });
}
