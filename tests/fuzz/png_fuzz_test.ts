import { deflateSync } from "node:zlib";
import { decodePng } from "../../lib/codec/image/decode_png.ts";
import { readPictureHeader } from "../../lib/codec/image/decode_picture.ts";
import { COLOUR_CHUNKS } from "../../lib/codec/image/png/colours.ts";
import { colourProfile } from "../codec/image/colour_profile.ts";
import { exif } from "../codec/image/jpeg_builder.ts";
import { chunk } from "../codec/image/png_builder.ts";
import { checkPrintable, type Choices, damaged, fuzz } from "./fuzz.ts";

const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Data that inflate to 16 MiB. */
const BOMB = deflateSync(new Uint8Array(2 ** 24));
const HUGE = [0, 1, 65535, 10000, 2 ** 16, 2 ** 20, 2 ** 27, 2 ** 31 - 1, 2 ** 32 - 1];

fuzz("PNG", (choices) => ({
  name: "x.png",
  bytes: choices.below(3) === 0 ? damaged(pngFile(choices), choices) : pngFile(choices),
  read(bytes) {
    const { pixels } = decodePng(bytes, "x.png");
    checkPrintable(readPictureHeader(bytes, "x.png").otherColours);
    return 4 * pixels.length;
  },
}));

/** A PNG whose checksums are right, and whose header, chunks and rows agree in most cases. */
function pngFile(choices: Choices): Uint8Array {
  const wrong = (least: number, value: number) => choices.below(40) < least ? choices.pick(HUGE) : value;
  const [width, height] = [1 + choices.below(40), 1 + choices.below(40)];
  const colourType = choices.below(30) === 0 ? choices.below(8) : choices.pick([0, 2, 3, 4, 6]);
  const depth = choices.below(30) === 0 ? choices.below(33) : choices.pick([1, 2, 4, 8, 16]);
  const interlaced = choices.below(3) === 0 ? 1 : 0;
  const rows = rowsOf(width, height, (SAMPLES[colourType] ?? 1) * depth, interlaced === 1, choices);
  if (choices.below(10) === 0) rows.push(choices.below(256));
  if (choices.below(10) === 0) rows.pop();
  let data: Uint8Array = choices.below(60) === 0 ? BOMB : deflateSync(Uint8Array.from(rows));
  if (choices.below(6) === 0) data = damaged(data, choices);
  const ihdr = [...word(wrong(1, width)), ...word(wrong(1, height)), depth, colourType, 0, 0, interlaced];
  const palette = chunk("PLTE", Array.from({ length: 3 * choices.below(20) }, () => choices.below(256)));
  const transparency = chunk("tRNS", Array.from({ length: choices.below(8) }, () => choices.below(256)));
  const cut = choices.below(data.length + 1);
  const chunks = [
    chunk("IHDR", ihdr),
    ...colourType === 3 || choices.below(6) === 0 ? [palette] : [],
    ...choices.below(3) === 0 ? [transparency] : [],
    ...choices.below(6) === 0 ? [chunk(choices.pick(["teXt", "abCd", "CgBI", "ABCD", "fdAT"]), [1, 2, 3])] : [],
    ...choices.below(3) === 0 ? [chunk(choices.pick([...COLOUR_CHUNKS, "eXIf"]), contentOf(choices))] : [],
    chunk("IDAT", data.subarray(0, cut)),
    chunk("IDAT", data.subarray(cut)),
    chunk("IEND", []),
  ];
  if (choices.below(10) === 0) chunks.splice(choices.below(chunks.length), 1);
  if (choices.below(10) === 0) chunks.splice(choices.below(chunks.length), 0, choices.pick(chunks));
  return Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...chunks.flat()]);
}

/** The content of a chunk that tells the orientation or the colours; in most cases of another kind of chunk, or damaged. */
function contentOf(choices: Choices): Uint8Array {
  const description = choices.pick(["sRGB", "\x1b[2J", "Display P3", "\u202e".repeat(99)]);
  const profile = colourProfile(description, choices.pick([2, 4] as const));
  const content = choices.pick([
    Uint8Array.of(...word(choices.pick([45455, 100000, ...HUGE]))),
    Uint8Array.from(exif(choices.below(10), choices.below(2) === 0, choices.below(3)).slice(6 * choices.below(2))),
    Uint8Array.of(...new TextEncoder().encode("\x1b[2J"), 0, 0, ...deflateSync(damaged(profile, choices))),
    Uint8Array.of(0x61, 0, 0, ...BOMB),
  ]);
  return choices.below(2) === 0 ? damaged(content, choices) : content;
}

/** Rows of random bytes, each behind the number of its filter, which exists in most cases. */
function rowsOf(width: number, height: number, bits: number, interlaced: boolean, choices: Choices): number[] {
  const passes = interlaced
    ? [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]]
    : [[0, 0, 1, 1]];
  const rows: number[] = [];
  const [most, levels] = [choices.below(20) === 0 ? 6 : 5, choices.pick([1, 5, 256])];
  for (const [x, y, across, down] of passes) {
    const bytes = Math.ceil(Math.ceil((width - x) / across) * bits / 8);
    for (let row = y; row < height && bytes > 0; row += down) {
      rows.push(choices.below(most));
      for (let i = 0; i < bytes; i++) rows.push(choices.below(levels));
    }
  }
  return rows;
}

function word(value: number): number[] {
  return [value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255];
}
