import { assertEquals, assertLess } from "@std/assert";
import { deflateSync } from "node:zlib";
import { decodePicture, readPictureHeader } from "../../../lib/codec/image/decode_picture.ts";
import { orientPicture } from "../../../lib/codec/image/orient.ts";
import { colourProfile } from "./colour_profile.ts";
import { buildJpeg, exif, segment } from "./jpeg_builder.ts";
import { buildPng, chunk } from "./png_builder.ts";
import { cpuMilliseconds } from "../../support/clock.ts";

const text = (value: string) => [...value].map((character) => character.charCodeAt(0));
const words = (...values: number[]) => values.flatMap((value) => [24, 16, 8, 0].map((shift) => value >>> shift & 255));

/** A PNG of 2 × 3 grey pixels with further chunks, before or behind its rows. */
function png({ before = [], behind = [] }: { before?: number[][]; behind?: number[][] }): Uint8Array {
  const rows = [[0, 10, 20], [0, 30, 40], [0, 50, 60]];
  const file = buildPng({ width: 2, height: 3, depth: 8, colourType: 0, rows, before });
  return Uint8Array.from([...file.subarray(0, -12), ...behind.flat(), ...file.subarray(-12)]);
}

const coloursOf = (file: Uint8Array) => readPictureHeader(file, "x").otherColours;

Deno.test("a PNG with an EXIF orientation comes out upright, or as it is stored if that is asked for", async () => {
  const stored = await decodePicture(png({}));
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] as const) {
    const tiff = exif(orientation, orientation % 2 === 0).slice(6);
    for (const content of [tiff, exif(orientation)]) {
      for (const place of ["before", "behind"]) {
        const file = png({ [place]: [chunk("eXIf", content)] });
        assertEquals(await decodePicture(file), orientPicture(stored, orientation));
        assertEquals(await decodePicture(file, "x", { asStored: true }), stored);
        assertEquals(readPictureHeader(file), { width: 2, height: 3, orientation });
      }
    }
  }
  for (const content of [[], exif(9).slice(6), exif(6).slice(6, 20), text("Exif")]) {
    assertEquals(await decodePicture(png({ before: [chunk("eXIf", content)] })), stored);
  }
  const two = [chunk("eXIf", exif(3).slice(6)), chunk("eXIf", exif(6).slice(6))];
  assertEquals(readPictureHeader(png({ before: two })).orientation, 3);
});

const SRGB_PRIMARIES = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000];

Deno.test("what the chunks of a PNG say of its colours is told unless it is sRGB", () => {
  const profile = (description: string, name = "name") =>
    chunk("iCCP", [...text(name), 0, 0, ...deflateSync(colourProfile(description))]);
  const gamma = (value: number) => chunk("gAMA", words(value));
  const primaries = (red: number) => chunk("cHRM", words(...SRGB_PRIMARIES.with(2, red)));
  const cases: [chunks: number[][], expected: string | undefined][] = [
    [[], undefined],
    [[chunk("sRGB", [0])], undefined],
    [[gamma(45455)], undefined],
    [[gamma(45450), primaries(63999)], undefined],
    [[gamma(100000)], "a gamma of 1"],
    [[gamma(55556)], "a gamma of 0.55556"],
    [[gamma(45455), primaries(68000)], "primaries other than sRGB's"],
    [[primaries(68000), gamma(100000)], "a gamma of 1 and primaries other than sRGB's"],
    [[gamma(100000), chunk("sRGB", [1])], undefined],
    [[profile("sRGB IEC61966-2.1"), gamma(100000)], undefined],
    [[profile("Display P3"), chunk("sRGB", [0])], 'the ICC profile "Display P3"'],
    [[chunk("iCCP", text("sRGB\0\0damaged"))], undefined],
    [[chunk("iCCP", text("mine\0\0damaged"))], 'the ICC profile "mine"'],
    [[chunk("iCCP", [])], "an ICC profile without a description"],
    [[chunk("cICP", [1, 13, 0, 1]), profile("Display P3")], undefined],
    [[chunk("cICP", [9, 16, 0, 1]), chunk("sRGB", [0])], "a cICP chunk of code points 9, 16, 0, 1"],
    [[chunk("gAMA", [])], "a gamma of 0"],
    [[chunk("eXIf", exif(1, true, 65535).slice(6))], "an EXIF colour space other than sRGB"],
    [[chunk("eXIf", exif(1, true, 65535).slice(6)), chunk("sRGB", [0])], undefined],
    [[chunk("eXIf", exif(1, true, 1).slice(6))], undefined],
  ];
  for (const [chunks, expected] of cases) {
    assertEquals(coloursOf(png({ before: chunks })), expected);
  }
});

Deno.test("a profile is known by its description, of either version, with what a terminal would obey left out", () => {
  const cases: [description: string, isSrgb: boolean][] = [
    ["sRGB", true],
    ["sRGB IEC61966-2.1", true],
    ["GIMP built-in sRGB", true],
    ["sRGB-elle-V2-srgbtrc.icc", true],
    ["sGray", true],
    ["sRGB-elle-V2-g10.icc", false],
    ["Linear sRGB", false],
    ["esRGB", false],
    ["e-sRGB", false],
    ["scRGB", false],
    ["Adobe RGB (1998)", false],
    ["Dot Gain 20%", false],
  ];
  for (const [description, isSrgb] of cases) {
    for (const version of [2, 4] as const) {
      const file = jpegWith([colourProfile(description, version)]);
      assertEquals(coloursOf(file), isSrgb ? undefined : `the ICC profile "${description}"`);
    }
  }
  assertEquals(coloursOf(jpegWith([colourProfile("\x1b[2J\x9b1m")])), 'the ICC profile "?[2J?1m"');
  assertEquals(coloursOf(jpegWith([colourProfile("\u202e広い", 4)])), 'the ICC profile "?広い"');
  assertEquals(coloursOf(jpegWith([colourProfile("x".repeat(500))])), `the ICC profile "${"x".repeat(60)}"`);
});

/** A JPEG with a profile in several parts, in the order of `numbers`. */
function jpegWith(parts: Uint8Array[], numbers = parts.map((_, i) => i + 1)): Uint8Array {
  const segments = numbers.map((number) =>
    segment(0xe2, [...text("ICC_PROFILE\0"), number, parts.length, ...parts[number - 1]])
  );
  return buildJpeg({ levels: [77], segments });
}

Deno.test("a profile in several segments of a JPEG is joined by their numbers", () => {
  const profile = colourProfile("Display P3");
  const parts = [profile.subarray(0, 100), profile.subarray(100, 150), profile.subarray(150)];
  for (const order of [[1, 2, 3], [3, 1, 2]]) {
    assertEquals(coloursOf(jpegWith(parts, order)), 'the ICC profile "Display P3"');
  }
});

Deno.test("damaged profiles have no description, and keep no picture from being read", async () => {
  const profile = colourProfile("Display P3", 4);
  const seen = new Set<string | undefined>();
  for (let length = 0; length < profile.length; length++) seen.add(coloursOf(jpegWith([profile.subarray(0, length)])));
  for (let at = 120; at < profile.length; at++) {
    const damaged = profile.slice();
    damaged[at] = 255;
    coloursOf(jpegWith([damaged]));
  }
  assertEquals(seen.has("an ICC profile without a description"), true);
  assertEquals((await decodePicture(jpegWith([profile.subarray(0, 131)]))).width, 8);
});

Deno.test("the colour space of a JPEG's EXIF data is told unless it is sRGB or a profile says more", () => {
  const tagged = (colourSpace: number, segments: number[][] = []) =>
    buildJpeg({ levels: [77], segments: [segment(0xe1, exif(1, false, colourSpace)), ...segments] });
  assertEquals(coloursOf(tagged(1)), undefined);
  for (const other of [2, 65535]) assertEquals(coloursOf(tagged(other)), "an EXIF colour space other than sRGB");
  const srgb = segment(0xe2, [...text("ICC_PROFILE\0"), 1, 1, ...colourProfile("sRGB")]);
  assertEquals(coloursOf(tagged(65535, [srgb])), undefined);
});

Deno.test("a profile that inflates to millions of bytes is given up early", () => {
  const bomb = deflateSync(new Uint8Array(2 ** 28));
  const file = png({ before: [chunk("iCCP", [...text("big\0\0"), ...bomb])] });
  const start = cpuMilliseconds();
  assertEquals(coloursOf(file), 'the ICC profile "big"');
  assertLess(cpuMilliseconds() - start, 1000);
});
