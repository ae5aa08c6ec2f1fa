import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { encodeGif, type Picture } from "../../../lib/codec/mod.ts";
import { randomNumbers } from "../../support/random_numbers.ts";

/** A frame of a GIF as a reader sees it. */
interface Frame {
  readonly delay: number;
  readonly width: number;
  readonly height: number;
  /** RGB, from 0 to 255. */
  readonly rgb: Uint8Array;
}

/** Reads what `encodeGif` writes, by the letter of GIF89a. */
function decodeGif(file: Uint8Array): Frame[] {
  const word = (at: number) => file[at] + 256 * file[at + 1];
  assertEquals(new TextDecoder().decode(file.subarray(0, 6)), "GIF89a");
  const colours = file.subarray(13, 13 + 3 * (2 << (file[10] & 7)));
  const frames: Frame[] = [];
  let [at, delay] = [13 + colours.length, 0];
  const blocks = (): number[] => {
    const bytes: number[] = [];
    for (; file[at] > 0; at += file[at] + 1) bytes.push(...file.subarray(at + 1, at + 1 + file[at]));
    at++;
    return bytes;
  };
  while (file[at] !== 0x3b) {
    if (file[at] === 0x21) {
      if (file[at + 1] === 0xf9) delay = word(at + 4);
      at += 2;
      blocks();
      continue;
    }
    assertEquals(file[at], 0x2c);
    const [width, height] = [word(at + 5), word(at + 7)];
    const size = file[at + 10];
    at += 11;
    const indices = decompress(blocks(), size);
    assertEquals(indices.length, width * height);
    frames.push({
      delay,
      width,
      height,
      rgb: Uint8Array.from(indices.flatMap((i) => [...colours.subarray(3 * i, 3 * i + 3)])),
    });
  }
  assertEquals(at, file.length - 1);
  return frames;
}

function decompress(bytes: number[], size: number): number[] {
  const [clear, end] = [1 << size, (1 << size) + 1];
  const output: number[] = [];
  let table: number[][] = [];
  let [bits, before, place]: [number, number[] | undefined, number] = [size + 1, undefined, 0];
  const reset = () => {
    table = Array.from({ length: end + 1 }, (_, i) => [i]);
    [bits, before] = [size + 1, undefined];
  };
  for (;;) {
    let code = 0;
    for (let bit = 0; bit < bits; bit++, place++) code |= (bytes[place >> 3] >> (place & 7) & 1) << bit;
    if (code === end) return output;
    if (code === clear) {
      reset();
      continue;
    }
    const entry: number[] = table[code] ?? [...before!, before![0]];
    for (const byte of entry) output.push(byte);
    if (before !== undefined && table.length < 4096) table.push([...before, entry[0]]);
    if (table.length === 1 << bits && bits < 12) bits++;
    before = entry;
  }
}

function picture(width: number, height: number, value: (i: number) => number): Picture {
  return { width, height, channels: 3, pixels: Float32Array.from({ length: 3 * width * height }, (_, i) => value(i)) };
}

Deno.test("few colours are kept exactly but for the dithering's choice among them, and delays add up to the rate", async () => {
  const frames = [0, 1, 2, 3].map((k) => picture(7, 5, (i) => (Math.floor(i / 3) + k) % 4 === i % 3 ? 1 : 0));
  const decoded = decodeGif(await encodeGif(frames, { framesPerSecond: 15 }));
  decoded.forEach(({ width, height, rgb }, k) => {
    assertEquals([width, height], [7, 5]);
    assertEquals([...rgb], [...frames[k].pixels].map((value) => 255 * value));
  });
  assertEquals(decoded.map(({ delay }) => delay), [7, 6, 7, 7]);
});

Deno.test("pictures of many colours stay near, whatever the codes' length, from functions too", async () => {
  const noise = randomNumbers(5);
  // 90 000 pixels fill the table of codes several times.
  const smooth = picture(300, 300, (i) => 0.5 + 0.5 * Math.sin(i / 3 / 300 / 60 + (i % 3)) * Math.cos(i / 2000));
  const noisy = picture(300, 300, () => noise());
  const decoded = decodeGif(await encodeGif([smooth, () => Promise.resolve(noisy)]));
  const error = (k: number, { pixels }: Picture) =>
    Math.sqrt(decoded[k].rgb.reduce((sum, value, i) => sum + (value / 255 - pixels[i]) ** 2, 0) / pixels.length);
  assertLess(error(0, smooth), 0.05);
  // 256 colours in a cube are 6.3 along a side: at best an error of 1/6.3/√12.
  assertLess(error(1, noisy), 0.08);
});

Deno.test("bad frames and rates are refused", async () => {
  const frame = picture(4, 4, () => 0.5);
  await assertRejects(() => encodeGif([]), RangeError, "expected at least one picture, found none");
  await assertRejects(() => encodeGif([frame, picture(5, 4, () => 0)]), RangeError, "but picture 1 has 5×4");
  await assertRejects(() => encodeGif([frame], { framesPerSecond: 51 }), RangeError, "found 51");
  const clear = { width: 1, height: 1, channels: 4 as const, pixels: new Float32Array(4) };
  await assertRejects(() => encodeGif([clear]), RangeError, "found 4");
  assert((await encodeGif([picture(1, 1, () => 0)])).length > 0);
});
