import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { decodeJpeg } from "../../../lib/codec/image/decode_jpeg.ts";
import { decodePicture, readPictureHeader } from "../../../lib/codec/image/decode_picture.ts";
import { adobe, buildJpeg, exif, segment } from "./jpeg_builder.ts";

/** Which side of the upright picture the stored row 0 and the stored column 0 are (Exif 2.32, tag 274). */
const SIDES = {
  1: ["top", "left"],
  2: ["top", "right"],
  3: ["bottom", "right"],
  4: ["bottom", "left"],
  5: ["left", "top"],
  6: ["right", "top"],
  7: ["right", "bottom"],
  8: ["left", "bottom"],
} as const;

/** The upright picture in blocks of 8×8 pixels, which JPEG keeps: 3 wide, 2 high. */
const BLOCKS = [[250, 20, 120], [60, 200, 160]];

/** How far a place on an axis of `length` is from the side that it is counted from. */
function place(side: string, length: number, index: number): number {
  return side === "bottom" || side === "right" ? length - 1 - index : index;
}

/** The blocks as a camera stores them in this orientation. */
function store(row0: string, column0: string): number[][] {
  const turned = row0 === "left" || row0 === "right";
  const [rows, columns] = turned ? [3, 2] : [2, 3];
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => {
      const [alongRows, alongColumns] = [place(row0, rows, r), place(column0, columns, c)];
      return turned ? BLOCKS[alongColumns][alongRows] : BLOCKS[alongRows][alongColumns];
    }));
}

async function encodeBlocks(blocks: number[][]): Promise<Uint8Array> {
  const specifier = "npm:jpeg-js@0.4.4";
  const { encode } = await import(specifier);
  const [width, height] = [blocks[0].length * 8, blocks.length * 8];
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) {
    data.fill(blocks[Math.floor(i / width / 8)][Math.floor(i % width / 8)], i * 4, i * 4 + 3);
  }
  return Uint8Array.from(encode({ width, height, data }, 100).data);
}

function insertSegment(jpeg: Uint8Array, inserted: number[]): Uint8Array {
  return Uint8Array.from([...jpeg.subarray(0, 2), ...inserted, ...jpeg.subarray(2)]);
}

for (const [orientation, [row0, column0]] of Object.entries(SIDES)) {
  Deno.test(`a JPEG of EXIF orientation ${orientation} (row 0 is ${row0}, column 0 is ${column0}) comes out upright`, async () => {
    const stored = await encodeBlocks(store(row0, column0));
    for (const little of [true, false]) {
      const file = insertSegment(stored, segment(0xe1, exif(Number(orientation), little)));
      const { width, height, channels, pixels } = await decodeJpeg(file);
      assertEquals([width, height, channels], [24, 16, 3]);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width * 3; x++) {
          const error = Math.abs(pixels[y * width * 3 + x] - BLOCKS[y >> 3][Math.floor(x / 24)] / 255);
          assertLess(error, 2 / 255, `row ${y}, value ${x}`);
        }
      }
    }
  });
}

Deno.test("a JPEG's pixels can be had as they are stored, and its size and orientation without decoding it", async () => {
  for (const orientation of [1, 3, 6, 8] as const) {
    const [row0, column0] = SIDES[orientation];
    const stored = await encodeBlocks(store(row0, column0));
    const file = insertSegment(stored, segment(0xe1, exif(orientation)));
    const { width, height } = await decodeJpeg(stored);
    assertEquals(await decodePicture(file, "a.jpg", { asStored: true }), await decodeJpeg(stored));
    assertEquals(readPictureHeader(file), { width, height, orientation });
  }
});

Deno.test("faulty EXIF leaves a JPEG as it is stored", async () => {
  const stored = await encodeBlocks(BLOCKS);
  const plain = await decodeJpeg(stored);
  const whole = exif(6);
  const faulty = [0, 9, 65535].map((value) => exif(value));
  for (let length = 6; length < 40; length++) faulty.push(whole.slice(0, length - 6));
  for (const content of faulty) {
    assertEquals(await decodeJpeg(insertSegment(stored, segment(0xe1, content))), plain);
  }
});

Deno.test("a JPEG of one component becomes grey", async () => {
  for (const level of [0, 77, 128, 255]) {
    const pixels = new Float32Array(64).fill(level / 255);
    assertEquals(await decodeJpeg(buildJpeg({ levels: [level] })), { width: 8, height: 8, channels: 1, pixels });
  }
});

async function colourOf(parts: Parameters<typeof buildJpeg>[0]): Promise<number[]> {
  const { channels, pixels } = await decodeJpeg(buildJpeg(parts));
  assertEquals(channels, 3);
  return Array.from(pixels.subarray(0, 3), (value) => Math.round(value * 255));
}

Deno.test("three components are Y, Cb, Cr, rounded to the nearest RGB", async () => {
  // R = 100 + 1.402·30 = 142.06, G = 100 − 0.344136·(−20) − 0.714136·30 = 85.46, B = 100 + 1.772·(−20) = 64.56.
  const levels = [100, 108, 158];
  assertEquals(await colourOf({ levels }), [142, 85, 65]);
  assertEquals(await colourOf({ levels, segments: [segment(0xee, adobe(1))] }), [142, 85, 65]);
  assertEquals(await colourOf({ levels: [250, 128, 255] }), [255, 159, 250]);
});

Deno.test("three components that an Adobe segment or their names call RGB are not converted", async () => {
  const levels = [100, 108, 158];
  assertEquals(await colourOf({ levels, segments: [segment(0xee, adobe(0))] }), levels);
  assertEquals(await colourOf({ levels, ids: [..."RGB"].map((letter) => letter.charCodeAt(0)) }), levels);
});

Deno.test("Adobe's inverted CMYK becomes RGB", async () => {
  // Stored as 255 − ink, so that R = C·K / 255.
  const levels = [200, 100, 50, 255];
  assertEquals(await colourOf({ levels, segments: [segment(0xee, adobe(0))] }), [200, 100, 50]);
  assertEquals(await colourOf({ levels: [200, 100, 50, 0], segments: [segment(0xee, adobe(0))] }), [0, 0, 0]);
});

Deno.test("JPEGs of kinds that are not read are refused by name", async () => {
  const fails = (parts: Partial<Parameters<typeof buildJpeg>[0]>, message: string) =>
    assertRejects(() => decodeJpeg(buildJpeg({ levels: [1], ...parts }), "x.jpg"), Error, `x.jpg: ${message}`);
  await fails({ precision: 12 }, "expected a JPEG of 8 bits per sample, found 12.");
  await fails({ frame: 0xc9 }, "lossless, hierarchical and arithmetic-coded JPEGs (frame type 9) are not supported.");
  await fails({ levels: [1, 2] }, "expected a JPEG of 1, 3 or 4 components, found 2.");
});

Deno.test("a JPEG of more pixels than the limit is refused before anything is decoded", async () => {
  const file = buildJpeg({ levels: [128] });
  const frame = file.findIndex((byte, i) => byte === 0xff && file[i + 1] === 0xc0);
  file.set([0xff, 0xff, 0xff, 0xff], frame + 5);
  await assertRejects(
    () => decodeJpeg(file, "huge.jpg"),
    Error,
    "huge.jpg: the JPEG has 65535×65535 pixels, but at most",
  );
});

Deno.test("a JPEG cut off anywhere is refused by name", async () => {
  const file = insertSegment(await encodeBlocks(BLOCKS), segment(0xe1, exif(1)));
  for (let length = 3; length < file.length; length++) {
    await assertRejects(() => decodeJpeg(file.subarray(0, length), "cut.jpg"), Error, "cut.jpg: the JPEG is cut off");
  }
});

Deno.test("a JPEG whose scan ends early is refused by name", async () => {
  const file = await encodeBlocks(BLOCKS);
  const short = Uint8Array.from([...file.subarray(0, file.length - 8), 0xff, 0xd9]);
  await assertRejects(
    () => decodeJpeg(short, "bad.jpg"),
    Error,
    "bad.jpg: the JPEG is damaged or of an unsupported kind",
  );
});

Deno.test("what follows the end of a JPEG, as phones append, is ignored", async () => {
  const file = buildJpeg({ levels: [77] });
  const longer = Uint8Array.from([...file, 1, 2, 3, 0xff, 0xd8, 0xff]);
  assertEquals(await decodeJpeg(longer), await decodeJpeg(file));
  assert(longer.length > file.length);
});
