import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { decodeJpeg } from "../../../lib/codec/image/decode_jpeg.ts";
import { usualCode } from "../../../lib/codec/image/jpeg/huffman.ts";
import { decodePicture, readPictureHeader } from "../../../lib/codec/image/decode_picture.ts";
import { adobe, buildJpeg, exif, segment } from "./jpeg_builder.ts";
import { type CoefficientPicture, encodeCoefficients, type Script, sizesOf } from "./jpeg_encoder.ts";
import { madePicture } from "./made_picture.ts";

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

/** Blocks of one level each as RGB. */
function encodeBlocks(blocks: number[][]): Uint8Array {
  const [width, height] = [blocks[0].length * 8, blocks.length * 8];
  const plane = (level: (level: number) => number) =>
    Int16Array.from(blocks.flat().flatMap((each) => [8 * (level(each) - 128), ...Array(63).fill(0)]));
  const coefficients = [plane((level) => level), plane(() => 128), plane(() => 128)];
  return encodeCoefficients({ width, height, factors: [[1, 1], [1, 1], [1, 1]], coefficients });
}

function insertSegment(jpeg: Uint8Array, inserted: number[]): Uint8Array {
  return Uint8Array.from([...jpeg.subarray(0, 2), ...inserted, ...jpeg.subarray(2)]);
}

for (const [orientation, [row0, column0]] of Object.entries(SIDES)) {
  Deno.test(`a JPEG of EXIF orientation ${orientation} (row 0 is ${row0}, column 0 is ${column0}) comes out upright`, () => {
    const stored = encodeBlocks(store(row0, column0));
    for (const little of [true, false]) {
      const file = insertSegment(stored, segment(0xe1, exif(Number(orientation), little)));
      const { width, height, channels, pixels } = decodeJpeg(file);
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
    const stored = encodeBlocks(store(row0, column0));
    const file = insertSegment(stored, segment(0xe1, exif(orientation)));
    const { width, height } = decodeJpeg(stored);
    assertEquals(await decodePicture(file, "a.jpg", { asStored: true }), decodeJpeg(stored));
    assertEquals(readPictureHeader(file), { width, height, orientation });
  }
});

Deno.test("faulty EXIF leaves a JPEG as it is stored", () => {
  const stored = encodeBlocks(BLOCKS);
  const plain = decodeJpeg(stored);
  const whole = exif(6);
  const faulty = [0, 9, 65535].map((value) => exif(value));
  for (let length = 6; length < 40; length++) faulty.push(whole.slice(0, length - 6));
  for (const content of faulty) {
    assertEquals(decodeJpeg(insertSegment(stored, segment(0xe1, content))), plain);
  }
});

Deno.test("a JPEG of one component becomes grey", () => {
  for (const level of [0, 77, 128, 255]) {
    const pixels = new Float32Array(64).fill(level / 255);
    assertEquals(decodeJpeg(buildJpeg({ levels: [level] })), { width: 8, height: 8, channels: 1, pixels });
  }
});

function colourOf(parts: Parameters<typeof buildJpeg>[0]): number[] {
  const { channels, pixels } = decodeJpeg(buildJpeg(parts));
  assertEquals(channels, 3);
  return Array.from(pixels.subarray(0, 3), (value) => Math.round(value * 255));
}

Deno.test("three components are Y, Cb, Cr, rounded to the nearest RGB", () => {
  // R = 100 + 1.402·30 = 142.06, G = 100 − 0.344136·(−20) − 0.714136·30 = 85.46, B = 100 + 1.772·(−20) = 64.56.
  const levels = [100, 108, 158];
  assertEquals(colourOf({ levels }), [142, 85, 65]);
  assertEquals(colourOf({ levels, segments: [segment(0xee, adobe(1))] }), [142, 85, 65]);
  assertEquals(colourOf({ levels: [250, 128, 255] }), [255, 159, 250]);
});

Deno.test("three components that an Adobe segment or their names call RGB are not converted", () => {
  const levels = [100, 108, 158];
  assertEquals(colourOf({ levels, segments: [segment(0xee, adobe(0))] }), levels);
  assertEquals(colourOf({ levels, ids: [..."RGB"].map((letter) => letter.charCodeAt(0)) }), levels);
});

Deno.test("Adobe's inverted CMYK becomes RGB", () => {
  // Stored as 255 − ink, so that R = C·K / 255.
  const levels = [200, 100, 50, 255];
  assertEquals(colourOf({ levels, segments: [segment(0xee, adobe(0))] }), [200, 100, 50]);
  assertEquals(colourOf({ levels: [200, 100, 50, 0], segments: [segment(0xee, adobe(0))] }), [0, 0, 0]);
});

Deno.test("JPEGs of kinds that are not read are refused by name", () => {
  const fails = (parts: Partial<Parameters<typeof buildJpeg>[0]>, message: string) =>
    assertThrows(() => decodeJpeg(buildJpeg({ levels: [1], ...parts }), "x.jpg"), Error, `x.jpg: ${message}`);
  fails({ precision: 12 }, "expected a JPEG of 8 bits per sample, found 12");
  fails(
    { frame: 0xc9 },
    "expected a JPEG of the baseline, extended or progressive kind, found an arithmetic-coded one (frame type 9)",
  );
  fails({ levels: [1, 2] }, "expected a JPEG of 1, 3 or 4 components, found 2.");
});

Deno.test("a JPEG of more pixels than the limit is refused before anything is decoded", () => {
  const file = buildJpeg({ levels: [128] });
  const frame = file.findIndex((byte, i) => byte === 0xff && file[i + 1] === 0xc0);
  file.set([0xff, 0xff, 0xff, 0xff], frame + 5);
  assertThrows(
    () => decodeJpeg(file, "huge.jpg"),
    Error,
    "huge.jpg: the JPEG has 65535×65535 pixels, but at most",
  );
});

Deno.test("a JPEG cut off anywhere is refused by name", () => {
  const file = insertSegment(encodeBlocks(BLOCKS), segment(0xe1, exif(1)));
  for (let length = 3; length < file.length; length++) {
    assertThrows(() => decodeJpeg(file.subarray(0, length), "cut.jpg"), Error, "cut.jpg: the JPEG is cut off");
  }
});

Deno.test("a JPEG whose scan ends early is refused by name", () => {
  const file = encodeBlocks(BLOCKS);
  const short = Uint8Array.from([...file.subarray(0, file.length - 8), 0xff, 0xd9]);
  assertThrows(
    () => decodeJpeg(short, "bad.jpg"),
    Error,
    "bad.jpg: the JPEG is damaged: found compressed data that end early; open it",
  );
});

Deno.test("what follows the end of a JPEG, as phones append, is ignored", () => {
  const file = buildJpeg({ levels: [77] });
  const longer = Uint8Array.from([...file, 1, 2, 3, 0xff, 0xd8, 0xff]);
  assertEquals(decodeJpeg(longer), decodeJpeg(file));
  assert(longer.length > file.length);
});

/** The samples of a block by the definition of the inverse transform (ITU-T T.81, A.3.3). */
function samplesByDefinition(block: Int16Array): number[] {
  const zigzag = Array.from({ length: 64 }, (_, i) => [i >> 3, i & 7]).sort(([a, b], [c, d]) =>
    a + b - c - d || ((a + b) % 2 ? a - c : b - d)
  );
  const scale = (u: number) => u === 0 ? Math.SQRT1_2 : 1;
  return Array.from({ length: 64 }, (_, i) => {
    let sum = 0;
    zigzag.forEach(([v, u], k) => {
      const wave = Math.cos((2 * (i & 7) + 1) * u * Math.PI / 16) * Math.cos((2 * (i >> 3) + 1) * v * Math.PI / 16);
      sum += scale(u) * scale(v) / 4 * block[k] * wave;
    });
    return Math.min(255, Math.max(0, sum + 128));
  });
}

Deno.test("grey samples are those of the inverse transform, to within rounding", () => {
  for (let seed = 0; seed < 20; seed++) {
    const made = madePicture(seed);
    const [{ stride, blocks }] = sizesOf({ ...made, factors: [[1, 1]] }).components;
    const coefficients = [
      made.coefficients[0].slice(0, 64),
      ...Array(blocks - 1).fill(made.coefficients[0].slice(0, 64)),
    ];
    const joined = Int16Array.from(coefficients.flatMap((block) => [...block]));
    const { width, pixels } = decodeJpeg(encodeCoefficients({ ...made, factors: [[1, 1]], coefficients: [joined] }));
    const expected = samplesByDefinition(coefficients[0]);
    assert(stride * 8 >= width);
    pixels.forEach((value, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      assertLess(Math.abs(value * 255 - expected[(y & 7) * 8 + (x & 7)]), 2, `seed ${seed}, pixel ${x}, ${y}`);
    });
  }
});

/** Ways to cut coefficients into progressive scans. */
const SCRIPTS: ((components: number[]) => Script[])[] = [
  (all) => [
    { components: all, first: 0, last: 0, high: 0, low: 0 },
    ...all.map((i) => ({ components: [i], first: 1, last: 63, high: 0, low: 0 })),
  ],
  (all) => [
    { components: all, first: 0, last: 0, high: 0, low: 1 },
    ...all.map((i) => ({ components: [i], first: 1, last: 5, high: 0, low: 2 })),
    ...all.map((i) => ({ components: [i], first: 6, last: 63, high: 0, low: 2 })),
    ...all.map((i) => ({ components: [i], first: 1, last: 63, high: 2, low: 1 })),
    { components: all, first: 0, last: 0, high: 1, low: 0 },
    ...all.map((i) => ({ components: [i], first: 1, last: 63, high: 1, low: 0 })),
  ],
  (all) =>
    all.flatMap((i) => [
      { components: [i], first: 0, last: 0, high: 0, low: 3 },
      ...[3, 2, 1].map((high) => ({ components: [i], first: 0, last: 0, high, low: high - 1 })),
      ...[1, 20, 40].flatMap((first) =>
        [0, 4, 3, 2, 1].map((high) => ({
          components: [i],
          first,
          last: first === 40 ? 63 : first + 19 - (first === 1 ? 1 : 0),
          high,
          low: high === 0 ? 4 : high - 1,
        }))
      ),
    ]),
];

Deno.test("progressive scans and restarts give the same bits as one sequential scan", () => {
  for (let seed = 0; seed < 60; seed++) {
    const made = madePicture(seed);
    const plain = decodeJpeg(encodeCoefficients(made));
    const all = made.factors.map((_, i) => i);
    for (const interval of [1, 3]) assertEquals(decodeJpeg(encodeCoefficients(made, { interval })), plain);
    SCRIPTS.forEach((script, i) => {
      const scripts = script(all);
      for (const interval of [0, 2]) {
        const { pixels } = decodeJpeg(encodeCoefficients(made, { scripts, interval }));
        assertEquals(pixels, plain.pixels, `seed ${seed}, script ${i}, interval ${interval}`);
      }
    });
  }
});

Deno.test("smaller planes are enlarged by repeating their samples", () => {
  const block = (level: number) => [8 * (level - 128), ...Array(63).fill(0)];
  const luma = Int16Array.from([100, 100, 100, 100].flatMap(block));
  const [blue, red] = [108, 158].map((level) => Int16Array.from(block(level)));
  const file = encodeCoefficients({
    width: 16,
    height: 16,
    factors: [[2, 2], [1, 1], [1, 1]],
    coefficients: [luma, blue, red],
  });
  const { pixels } = decodeJpeg(file);
  for (let i = 0; i < pixels.length; i++) assertEquals(Math.round(pixels[i] * 255), [142, 85, 65][i % 3]);
});

Deno.test("a JPEG without Huffman tables, as Motion JPEG, uses those of the standard", () => {
  const codes = Object.fromEntries([0x00, 0x01, 0x10, 0x11].map((slot) => {
    const { counts, symbols } = usualCode(slot)!;
    return [slot, { counts: [...counts], symbols: [...symbols] }];
  }));
  for (let seed = 0; seed < 10; seed++) {
    const made = madePicture(seed);
    const { pixels } = decodeJpeg(encodeCoefficients(made, { codes, bare: true }));
    assertEquals(pixels, decodeJpeg(encodeCoefficients(made)).pixels);
  }
  // Codes of tables K.3 to K.6: the first symbols, the end of a block and sixteen zeros.
  const codeOf = (slot: number, symbol: number) => {
    const { counts, symbols } = codes[slot];
    let [code, index] = [0, symbols.indexOf(symbol)];
    for (let length = 1;; length++, code *= 2) {
      if (index < counts[length - 1]) return (code + index).toString(2).padStart(length, "0");
      [index, code] = [index - counts[length - 1], code + counts[length - 1]];
    }
  };
  assertEquals([0, 5, 11].map((symbol) => codeOf(0x00, symbol)), ["00", "110", "111111110"]);
  assertEquals([0, 5, 11].map((symbol) => codeOf(0x01, symbol)), ["00", "11110", "11111111110"]);
  assertEquals([0x00, 0xf0, 0x01, 0xfa].map((symbol) => codeOf(0x10, symbol)), [
    "1010",
    "11111111001",
    "00",
    "1111111111111110",
  ]);
  assertEquals([0x00, 0xf0, 0x01].map((symbol) => codeOf(0x11, symbol)), ["00", "1111111010", "01"]);
});

Deno.test("bytes between segments, in front of an end and behind a scan are passed over, as libjpeg does", () => {
  const file = encodeBlocks(BLOCKS);
  const plain = decodeJpeg(file);
  const markers = [0xdb, 0xc0, 0xc4, 0xda].map((marker) =>
    file.findIndex((byte, i) => byte === 0xff && file[i + 1] === marker)
  );
  for (const at of [...markers, file.length - 2]) {
    for (
      const junk of [[1, 2, 3], [0xff, 0x00], [0xff, 0xff, 0xff], [0, 0xff, 0xd1], [0xff, 0xd0, 0x11, 0x11, 0xff, 0xd1]]
    ) {
      const longer = Uint8Array.from([...file.subarray(0, at), ...junk, ...file.subarray(at)]);
      assertEquals(decodeJpeg(longer), plain, `at ${at}: ${junk}`);
    }
  }
});

Deno.test("CMYK without an Adobe segment is read as inverted, as ImageMagick and Pillow do", () => {
  assertEquals(colourOf({ levels: [200, 100, 50, 255] }), [200, 100, 50]);
});

Deno.test("Adobe's YCbCr and black becomes RGB", () => {
  // The colour of the test of three components above, rounded down, is the ink.
  assertEquals(colourOf({ levels: [100, 108, 158, 255], segments: [segment(0xee, adobe(2))] }), [113, 170, 191]);
});

Deno.test("the first EXIF segment that tells an orientation counts", () => {
  const plain = buildJpeg({ levels: [77] });
  const upright = (...orientations: number[]) => {
    const segments = orientations.map((each) => segment(0xe1, each ? exif(each) : exif(1).slice(0, 14)));
    const made: CoefficientPicture = {
      width: 16,
      height: 8,
      factors: [[1, 1]],
      coefficients: [new Int16Array(128)],
    };
    const { width, height } = decodeJpeg(encodeCoefficients(made, { segments }));
    return [width, height];
  };
  assertEquals(upright(6, 0), [8, 16]);
  assertEquals(upright(0, 6), [8, 16]);
  assertEquals(upright(6, 1), [8, 16]);
  assertEquals(upright(1, 6), [16, 8]);
  assertEquals(decodeJpeg(plain).width, 8);
});

Deno.test("a progressive JPEG whose last scans are missing is read as far as it goes", () => {
  const made = madePicture(3);
  const all = made.factors.map((_, i) => i);
  const scripts = SCRIPTS[1](all);
  const { width, height } = decodeJpeg(encodeCoefficients(made, { scripts: scripts.slice(0, 1) }));
  assertEquals([width, height], [made.width, made.height]);
  // A refinement of what no scan began, which libjpeg reads too.
  const small = made.coefficients.map((all) => all.map((value, i) => i % 64 ? Math.sign(value) : value));
  decodeJpeg(
    encodeCoefficients({ ...made, coefficients: small }, {
      scripts: [scripts[0], { ...scripts.at(-1)!, components: [0] }],
    }),
  );
});

Deno.test("damaged scans are refused by name", () => {
  const made = madePicture(5);
  const all = made.factors.map((_, i) => i);
  const fails = (scripts: Script[], found: string) =>
    assertThrows(
      () => decodeJpeg(encodeCoefficients(made, { scripts }), "x.jpg"),
      Error,
      `x.jpg: the JPEG is damaged: found ${found}`,
    );
  const dc: Script = { components: all, first: 0, last: 0, high: 0, low: 0 };
  fails([dc, dc], "coefficient 0 of component 1 twice");
  fails([dc, { ...dc, first: 2, last: 1, components: [0] }], "a scan of coefficients 2 to 1 and bits 0 to 0");
  fails([dc, { ...dc, last: 3 }], "a scan of coefficients 0 to 3 and bits 0 to 0");
  fails([{ ...dc, high: 3 }], "a scan of coefficients 0 to 0 and bits 3 to 0");
  fails([{ ...dc, components: [0], first: 1, last: 5 }], "no data of component 1");
  const bits = Array.from({ length: 14 }, (_, i) => ({ high: i === 0 ? 0 : 14 - i, low: 13 - i }));
  const single = Array.from(
    { length: 8 },
    (_, k) => bits.map((each): Script => ({ components: [0], first: k + 1, last: k + 1, ...each })),
  );
  fails([dc, ...single.flat()], "more than 100 scans of component 1");
});

Deno.test("a picture that is too large for its data is refused before anything is decoded", () => {
  const file = buildJpeg({ levels: [128] });
  const frame = file.findIndex((byte, i) => byte === 0xff && file[i + 1] === 0xc0);
  file.set([0x20, 0x00, 0x20, 0x00], frame + 5);
  assertThrows(
    () => decodeJpeg(file, "x.jpg"),
    Error,
    "x.jpg: the JPEG is damaged: found 1 bytes for a picture of 8192×8192 pixels, which takes at least 262144; open it",
  );
});
