import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { deflateSync } from "node:zlib";
import { encode } from "fast-png";
import { decodePng } from "../../../lib/codec/image/decode_png.ts";
import { MAX_PIXELS } from "../../../lib/codec/image/picture.ts";
import { buildPng, chunk, packRow } from "./png_builder.ts";
import { cpuMilliseconds } from "../../support/clock.ts";

const CHANNELS = { 0: 1, 2: 3, 4: 2, 6: 4 } as const;

/** Samples that differ from each other, below 2^depth. */
function samplesOf(count: number, depth: number): number[] {
  return Array.from({ length: count }, (_, i) => (i * 40503 + 12345) % 65536 % 2 ** depth);
}

function values(samples: number[], depth: number): Float32Array {
  return Float32Array.from(samples, (sample) => sample / (2 ** depth - 1));
}

for (const colourType of [0, 2, 4, 6] as const) {
  for (const depth of [8, 16]) {
    Deno.test(`colour type ${colourType} with ${depth} bits decodes to sample / (2^depth - 1)`, () => {
      const [width, height, channels] = [5, 3, CHANNELS[colourType]];
      const samples = samplesOf(width * height * channels, depth);
      const rows = Array.from(
        { length: height },
        (_, y) => packRow(samples.slice(y * width * channels, (y + 1) * width * channels), depth),
      );
      const picture = decodePng(buildPng({ width, height, depth, colourType, rows }));
      assertEquals(picture, { width, height, channels, pixels: values(samples, depth) });
    });
  }
}

Deno.test("a 1-bit grey PNG decodes to 0 and 1", () => {
  const rows = [[1, 0, 1, 1, 0, 0, 1, 0, 1], [0, 1, 0, 0, 1, 1, 0, 1, 0]];
  const png = buildPng({ width: 9, height: 2, depth: 1, colourType: 0, rows: rows.map((row) => packRow(row, 1)) });
  assertEquals(decodePng(png), { width: 9, height: 2, channels: 1, pixels: Float32Array.from(rows.flat()) });
});

for (const depth of [1, 2, 4, 8]) {
  Deno.test(`${depth}-bit grey and palette rows that end inside a byte are unpacked`, () => {
    const [width, height] = [7, 3];
    const rows = Array.from(
      { length: height },
      (_, y) => samplesOf(width * 9, depth).slice(y * width, (y + 1) * width),
    );
    const packed = rows.map((row) => packRow(row, depth));
    const grey = decodePng(buildPng({ width, height, depth, colourType: 0, rows: packed }));
    assertEquals(grey, { width, height, channels: 1, pixels: values(rows.flat(), depth) });

    const palette = Array.from({ length: 2 ** depth }, (_, i) => [i * 37 % 256, 255 - i, i * i % 256]);
    const before = [chunk("PLTE", palette.flat())];
    const coloured = decodePng(buildPng({ width, height, depth, colourType: 3, rows: packed, before }));
    const pixels = values(rows.flat().flatMap((index) => palette[index]), 8);
    assertEquals(coloured, { width, height, channels: 3, pixels });
  });
}

Deno.test("tRNS on a palette adds alpha, 1 where the chunk is shorter than the palette", () => {
  const before = [chunk("PLTE", [255, 0, 0, 0, 255, 0, 0, 0, 255]), chunk("tRNS", [0, 51])];
  const png = buildPng({ width: 3, height: 1, depth: 2, colourType: 3, rows: [packRow([2, 1, 0], 2)], before });
  const { channels, pixels } = decodePng(png);
  assertEquals(channels, 4);
  assertEquals(pixels, Float32Array.of(0, 0, 1, 1, 0, 1, 0, 0.2, 1, 0, 0, 0));
});

for (const depth of [1, 4, 8, 16]) {
  Deno.test(`tRNS on ${depth}-bit grey makes one level transparent`, () => {
    const full = 2 ** depth - 1;
    const before = [chunk("tRNS", [full >> 8, full & 255])];
    const rows = [packRow([0, full, 0, full], depth)];
    const { channels, pixels } = decodePng(buildPng({ width: 4, height: 1, depth, colourType: 0, rows, before }));
    assertEquals(channels, 2);
    assertEquals(pixels, Float32Array.of(0, 1, 1, 0, 0, 1, 1, 0));
  });
}

Deno.test("tRNS on RGB makes only the pixels transparent that match in all three channels", () => {
  const before = [chunk("tRNS", [0, 255, 0, 0, 0, 255])];
  const rows = [packRow([255, 0, 255, 255, 0, 0, 0, 0, 255], 8)];
  const { channels, pixels } = decodePng(buildPng({ width: 3, height: 1, depth: 8, colourType: 2, rows, before }));
  assertEquals(channels, 4);
  assertEquals(pixels, Float32Array.of(1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1, 1));
});

Deno.test("RGB pixels that are all grey stay RGB, and a palette that is only a hint is ignored", () => {
  const before = [chunk("PLTE", [9, 9, 9])];
  const rows = [packRow([0, 0, 0, 255, 255, 255], 8)];
  const { channels, pixels } = decodePng(buildPng({ width: 2, height: 1, depth: 8, colourType: 2, rows, before }));
  assertEquals(channels, 3);
  assertEquals(pixels, Float32Array.of(0, 0, 0, 1, 1, 1));
});

Deno.test("all five row filters are undone", () => {
  const [width, height] = [6, 10];
  const samples = samplesOf(width * height * 3, 8);
  const at = (y: number, i: number) => y < 0 || i < 0 ? 0 : samples[y * width * 3 + i];
  const predict = [
    () => 0,
    (y: number, i: number) => at(y, i - 3),
    (y: number, i: number) => at(y - 1, i),
    (y: number, i: number) => Math.floor((at(y, i - 3) + at(y - 1, i)) / 2),
    (y: number, i: number) => {
      const [left, up, corner] = [at(y, i - 3), at(y - 1, i), at(y - 1, i - 3)];
      const distances = [left, up, corner].map((value) => Math.abs(left + up - corner - value));
      return [left, up, corner][distances.indexOf(Math.min(...distances))];
    },
  ];
  const rows = Array.from({ length: height }, (_, y) => {
    const filter = (y + 4) % 5;
    return [filter, ...Array.from({ length: width * 3 }, (_, i) => at(y, i) - predict[filter](y, i) & 255)];
  });
  const { pixels } = decodePng(buildPng({ width, height, depth: 8, colourType: 2, rows }));
  assertEquals(pixels, values(samples, 8));
});

/** The rows of the seven passes, by the 8×8 pattern of the specification (8.2) that names each pixel's pass. */
function interlace(samples: number[], width: number, height: number, channels: number, depth: number): number[][] {
  const pattern = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"];
  const rows: number[][] = [];
  for (const pass of "1234567") {
    for (let y = 0; y < height; y++) {
      const inPass = Array.from({ length: width }, (_, x) => x).filter((x) => pattern[y % 8][x % 8] === pass);
      const from = inPass.map((x) => (y * width + x) * channels);
      if (from.length) rows.push(packRow(from.flatMap((i) => samples.slice(i, i + channels)), depth));
    }
  }
  return rows;
}

for (const [width, height] of [[11, 10], [1, 1], [3, 2], [8, 8], [33, 5], [5, 33]]) {
  for (const [colourType, depths] of [[0, [1, 2, 4, 8, 16]], [2, [8, 16]], [4, [8, 16]], [6, [8, 16]]] as const) {
    for (const depth of depths) {
      Deno.test(`an interlaced ${depth}-bit PNG of ${width}×${height} and colour type ${colourType} decodes like a plain one`, () => {
        const channels = CHANNELS[colourType];
        const samples = samplesOf(width * height * channels, depth);
        const rows = interlace(samples, width, height, channels, depth);
        const { pixels } = decodePng(buildPng({ width, height, depth, colourType, rows, interlaced: true }));
        assertEquals(pixels, values(samples, depth));
      });
    }
  }
}

for (const depth of [1, 2, 4, 8]) {
  Deno.test(`an interlaced palette of ${depth} bits, with and without alpha, decodes like a plain one`, () => {
    const [width, height] = [13, 9];
    const samples = samplesOf(width * height, depth);
    const palette = Array.from({ length: 2 ** depth }, (_, i) => [i * 37 % 256, 255 - i, i * i % 256]);
    const plain = Array.from({ length: height }, (_, y) => packRow(samples.slice(y * width, (y + 1) * width), depth));
    for (const extra of [[], [chunk("tRNS", [0, 128])]]) {
      const parts = { width, height, depth, colourType: 3, before: [chunk("PLTE", palette.flat()), ...extra] };
      const rows = interlace(samples, width, height, 1, depth);
      assertEquals(
        decodePng(buildPng({ ...parts, rows, interlaced: true })),
        decodePng(buildPng({ ...parts, rows: plain })),
      );
    }
  });
}

Deno.test("a header that claims more pixels than the limit is refused before anything is decoded", () => {
  const png = buildPng({ width: 60000, height: 60000, depth: 8, colourType: 2, rows: [[0]] });
  assertThrows(() => decodePng(png, "huge.png"), Error, `huge.png: the PNG has 60000×60000 pixels, but at most`);
  assert(11000 ** 2 < MAX_PIXELS);
});

Deno.test("a PNG cut off anywhere is refused by name", () => {
  const png = encode({ width: 8, height: 8, channels: 3, data: Uint8Array.from(samplesOf(192, 8)) });
  for (let length = 8; length < png.length; length++) {
    assertThrows(() => decodePng(png.subarray(0, length), "cut.png"), Error, "cut.png: the PNG is cut off");
  }
});

Deno.test("a flipped bit in any chunk is refused by name", () => {
  const png = encode({ width: 4, height: 4, channels: 1, data: Uint8Array.from(samplesOf(16, 8)) });
  for (let at = 8; at < png.length; at++) {
    const damaged = png.slice();
    damaged[at] ^= 0x10;
    assertThrows(() => decodePng(damaged, "bad.png"), Error, "bad.png: ");
  }
});

Deno.test("compressed data that end early are refused though every checksum is right", () => {
  const png = buildPng({ width: 4, height: 4, depth: 8, colourType: 0, rows: [packRow([1, 2, 3, 4], 8)] });
  assertThrows(() => decodePng(png, "short.png"), Error, "short.png: the PNG is damaged");
});

Deno.test("headers and chunk orders outside the specification are refused", () => {
  const base = { width: 1, height: 1, depth: 8, colourType: 0, rows: [[0, 0]] };
  const fails = (parts: Partial<typeof base>, message: string) =>
    assertThrows(() => decodePng(buildPng({ ...base, ...parts }), "x.png"), Error, `x.png: ${message}`);
  fails({ width: 0 }, "expected a PNG of at least 1×1 pixels, found 0×1.");
  fails({ depth: 4, colourType: 2 }, "the PNG is damaged: colour type 2 does not allow 4 bits per sample.");
  fails({ depth: 16, colourType: 3 }, "the PNG is damaged: colour type 3 does not allow 16 bits per sample.");
  fails({ colourType: 3 }, "the PNG has no PLTE chunk.");
  const palette = { ...base, colourType: 3, rows: [[0, 7]], before: [chunk("PLTE", [1, 2, 3])] };
  const message = "x.png, row 0, column 0: expected a palette index below 1, found 7.";
  assertThrows(() => decodePng(buildPng(palette), "x.png"), Error, message);
});

Deno.test("bytes that are a window on a larger buffer decode", () => {
  const png = encode({ width: 2, height: 2, channels: 1, data: Uint8Array.of(0, 255, 51, 102) });
  const larger = new Uint8Array(png.length + 20).fill(7);
  larger.set(png, 10);
  const { pixels } = decodePng(larger.subarray(10, 10 + png.length));
  assertEquals(pixels, Float32Array.of(0, 1, 0.2, 0.4));
});

Deno.test("rows that are surplus, short or filtered in an unknown way are refused", () => {
  const parts = { width: 4, height: 2, depth: 8, colourType: 0 };
  const fails = (rows: number[][], found: string) =>
    assertThrows(() => decodePng(buildPng({ ...parts, rows }), "x.png"), Error, `x.png: the PNG is damaged: ${found}`);
  const row = [0, 1, 2, 3, 4];
  fails([row, row, row], "its 4×2 pixels take 10 bytes, but it has more.");
  fails([row, [0, 1, 2, 3]], "its 4×2 pixels take 10 bytes, but it has 9.");
  fails([row, [5, 1, 2, 3, 4]], "found the row filter 5.");
});

Deno.test("anything behind the compressed rows, such as another stream, is refused", () => {
  const parts = { width: 1, height: 2, depth: 8, colourType: 0, rows: [[0, 255], [0, 7]] };
  const data = deflateSync(Uint8Array.from(parts.rows.flat()));
  for (const behind of [Uint8Array.of(0), data, new TextEncoder().encode("hidden".repeat(9999))]) {
    assertThrows(
      () => decodePng(buildPng({ ...parts, data: Uint8Array.from([...data, ...behind]) }), "x.png"),
      Error,
      `x.png: the PNG is damaged: found ${behind.length} bytes behind its compressed rows.`,
    );
  }
  assertEquals(decodePng(buildPng({ ...parts, data })).pixels, Float32Array.of(1, Math.fround(7 / 255)));
});

Deno.test("a wrong checksum of the compressed data is refused", () => {
  const data = deflateSync(Uint8Array.of(0, 7));
  data[data.length - 1] ^= 1;
  const png = buildPng({ width: 1, height: 1, depth: 8, colourType: 0, rows: [], data });
  assertThrows(
    () => decodePng(png, "x.png"),
    Error,
    "x.png: the PNG is damaged: found compressed data that end early or have a wrong checksum.",
  );
});

Deno.test("chunks in a wrong order, twice or unknown and critical are refused; other unknown ones are not", () => {
  const base = { width: 1, height: 1, depth: 8, colourType: 3, rows: [[0, 0]] };
  const palette = chunk("PLTE", [1, 2, 3]);
  const fails = (before: number[][], found: string) =>
    assertThrows(
      () => decodePng(buildPng({ ...base, before }), "x.png"),
      Error,
      `x.png: the PNG is damaged: found ${found}`,
    );
  fails([palette, palette], "a second PLTE chunk.");
  fails([chunk("PLTE", [1, 2])], "a PLTE chunk of 2 bytes.");
  fails([chunk("PLTE", Array(771).fill(1))], "a PLTE chunk of 771 bytes.");
  fails([palette, chunk("tRNS", [1, 2])], "a tRNS chunk of 2 bytes behind PLTE.");
  fails([chunk("tRNS", [1]), palette], "a tRNS chunk of 1 bytes behind IHDR.");
  fails([palette, chunk("ABCD", [])], "the unknown critical chunk ABCD.");
  fails([palette, chunk("IDAT", [1]), chunk("tEXt", [])], "the chunk tEXt between IDAT chunks.");
  fails([palette, chunk("IHDR", Array(13).fill(1))], "a second IHDR chunk.");
  assertEquals(decodePng(buildPng({ ...base, before: [palette, chunk("abCD", [7])] })).channels, 3);
});

Deno.test("compressed data in several chunks, some of them empty, are joined", () => {
  const data = deflateSync(Uint8Array.of(0, 51));
  const before = [chunk("IDAT", []), ...Array.from(data, (byte) => chunk("IDAT", [byte]))];
  const png = buildPng({ width: 1, height: 1, depth: 8, colourType: 0, rows: [], before, data: new Uint8Array() });
  assertEquals(decodePng(png).pixels, Float32Array.of(0.2));
});

Deno.test("a few bytes that inflate to millions are refused at once, and a profile is not inflated for the pixels", () => {
  const bomb = deflateSync(new Uint8Array(2 ** 26));
  const parts = { width: 1, height: 1, depth: 8, colourType: 0, rows: [[0, 255]] };
  const start = cpuMilliseconds();
  assertThrows(
    () => decodePng(buildPng({ ...parts, data: bomb }), "x.png"),
    Error,
    "x.png: the PNG is damaged: its 1×1 pixels take 2 bytes, but it has more.",
  );
  const profile = chunk("iCCP", [...new TextEncoder().encode("name\0\0"), ...bomb]);
  assertEquals(decodePng(buildPng({ ...parts, before: [profile] })).pixels, Float32Array.of(1));
  assertLess(cpuMilliseconds() - start, 2000);
  assertThrows(
    () => decodePng(buildPng({ ...parts, width: 10000, height: 10000 }), "x.png"),
    Error,
    "x.png: the PNG is damaged: its 10000×10000 pixels take 100010000 bytes, but 10 compressed bytes cannot hold as many.",
  );
});
