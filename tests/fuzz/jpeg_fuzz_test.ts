import { decodeJpeg } from "../../lib/codec/image/decode_jpeg.ts";
import { readPictureHeader } from "../../lib/codec/image/decode_picture.ts";
import { colourProfile } from "../codec/image/colour_profile.ts";
import { adobe, exif, segment } from "../codec/image/jpeg_builder.ts";
import { encodeCoefficients, type Script, sizesOf } from "../codec/image/jpeg_encoder.ts";
import { checkPrintable, type Choices, damaged, fuzz } from "./fuzz.ts";

fuzz("JPEG", (choices) => ({
  name: "x.jpg",
  bytes: jpegFile(choices),
  read(bytes) {
    const { pixels } = decodeJpeg(bytes, "x.jpg");
    checkPrintable(readPictureHeader(bytes, "x.jpg").otherColours);
    return 4 * pixels.length;
  },
}));

/** A JPEG of random coefficients, scans and segments; in most cases something of it is damaged. */
function jpegFile(choices: Choices): Uint8Array {
  const factor = (): [number, number] => choices.below(4) === 0 ? [1 + choices.below(4), 1 + choices.below(4)] : [1, 1];
  const factors = Array.from({ length: choices.pick([1, 3, 3, 4]) }, factor);
  const shape = { width: 1 + choices.below(40), height: 1 + choices.below(40), factors };
  const coefficients = sizesOf(shape).components.map(({ blocks }) =>
    Int16Array.from(
      { length: 64 * blocks },
      (_, i) => i % 64 === 0 ? choices.below(400) - 200 : choices.below(8) === 0 ? choices.below(9) - 4 : 0,
    )
  );
  const all = factors.map((_, i) => i);
  const scripts = choices.below(2) === 0 ? progression(all, choices) : undefined;
  const segments = [
    ...choices.below(4) === 0 ? [segment(0xe1, exif(choices.below(10), choices.below(2) === 0, choices.below(3)))] : [],
    ...choices.below(4) === 0 ? [segment(0xe2, profilePart(choices))] : [],
    ...choices.below(4) === 0 ? [segment(0xee, adobe(choices.below(3)))] : [],
    ...choices.below(8) === 0 ? [[choices.below(255), choices.below(255)]] : [],
  ];
  const interval = choices.below(3) === 0 ? 1 + choices.below(5) : 0;
  const bare = choices.below(20) === 0;
  const bytes = encodeCoefficients({ ...shape, coefficients }, { scripts, interval, segments, bare });
  if (choices.below(3) === 0) damageHeader(bytes, choices);
  return choices.below(2) === 0 ? damaged(bytes, choices) : bytes;
}

/** A segment with a colour profile, which is damaged in most cases. */
function profilePart(choices: Choices): number[] {
  const profile = colourProfile(choices.pick(["sRGB", "\x1b[2J", "\u202e"]), choices.pick([2, 4] as const));
  return [...new TextEncoder().encode("ICC_PROFILE\0"), choices.below(3), 1, ...damaged(profile, choices)];
}

/** Progressive scans; in some cases one is missing, doubled or moved. */
function progression(all: number[], choices: Choices): Script[] {
  const low = choices.below(3);
  const split = 1 + choices.below(62);
  const scripts: Script[] = [{ components: all, first: 0, last: 0, high: 0, low }];
  for (const i of all) {
    for (const [first, last] of [[1, split], [split + 1, 63]]) {
      if (first <= last) scripts.push({ components: [i], first, last, high: 0, low });
    }
  }
  for (let high = low; high > 0; high--) {
    scripts.push({ components: all, first: 0, last: 0, high, low: high - 1 });
    for (const i of all) scripts.push({ components: [i], first: 1, last: 63, high, low: high - 1 });
  }
  if (choices.below(5) === 0) scripts.splice(choices.below(scripts.length), 1);
  if (choices.below(5) === 0) scripts.splice(choices.below(scripts.length), 0, choices.pick(scripts));
  return scripts.length > 0 ? scripts : [{ components: all, first: 0, last: 0, high: 0, low: 0 }];
}

/** Changes a byte of a segment that describes the picture, such as its size, a table or a scan. */
function damageHeader(bytes: Uint8Array, choices: Choices): void {
  const marker = choices.pick([0xc0, 0xc2, 0xc4, 0xda, 0xdb, 0xdd]);
  const at = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === marker);
  if (at < 0) return;
  const place = at + 1 + choices.below(20);
  if (place < bytes.length) bytes[place] = choices.pick([0, 1, 2, 0x11, 0x7f, 0xff, choices.below(256)]);
}
