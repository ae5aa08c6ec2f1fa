import { checkOptions } from "../../hyperparameter/members.ts";
import { joinBytes } from "../join_bytes.ts";
import { checkPicture } from "./check_picture.ts";
import { compressLzw } from "./gif/lzw.ts";
import { Palette } from "./gif/palette.ts";
import type { Picture } from "./picture.ts";

/** A frame, or a function that gives it and is called once or twice, so that not all of them need to be in memory. */
export type GifFrame = Picture | (() => Picture | Promise<Picture>);

/** From so many frames at most, evenly spread, the palette is made. */
const COUNTED = 64;

/** How far colours are moved before the nearest one of the palette is taken, from 0 to 255 in all. */
const DITHERING = 10;

/** The order in which the pixels of a square of 4 × 4 get a neighbouring colour (Bayer 1973). */
const BAYER = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];

/**
 * Encodes pictures of one size as an animated GIF that loops forever (GIF89a). All frames share 256 colours, with ordered dithering, which does
 * not flicker. An animated PNG keeps all colours; see `encodeAnimatedPng`.
 *
 * @param frames Pictures of 1 or 3 channels.
 * @param options.framesPerSecond An integer from 1 to 50; 15 by default. GIF counts hundredths of a second, so that delays alternate where that does not
 * divide.
 * @returns The whole file; the same pictures give the same bytes.
 * @throws {RangeError} If there is no picture, sizes differ, or a picture is invalid or has alpha.
 */
export async function encodeGif(
  frames: readonly GifFrame[],
  options: { framesPerSecond?: number } = {},
): Promise<Uint8Array> {
  checkOptions("encodeGif", options, { framesPerSecond: true });
  const { framesPerSecond: rate = 15 } = options;
  if (!Number.isInteger(rate) || rate < 1 || rate > 50) {
    throw new RangeError(`encodeGif: framesPerSecond: expected a whole number from 1 to 50, found ${rate}.`);
  }
  if (frames.length === 0) throw new RangeError("encodeGif: expected at least one picture, found none.");
  const { width, height } = await frame(frames[0]);
  if (width > 65535 || height > 65535) {
    throw new RangeError(`encodeGif: expected at most 65535 × 65535 pixels, found ${width} × ${height}.`);
  }
  const bytesOf = async (i: number) => {
    const picture = await frame(frames[i]);
    if (picture.width !== width || picture.height !== height) {
      throw new RangeError(
        `encodeGif: expected pictures of ${width}×${height}, but picture ${i} has ${picture.width}×${picture.height}.`,
      );
    }
    return rgbOf(picture);
  };
  const palette = new Palette();
  const stride = Math.ceil(frames.length / COUNTED);
  for (let i = 0; i < frames.length; i += stride) palette.count(await bytesOf(i));
  const parts = [header(width, height, palette.choose())];
  for (let i = 0; i < frames.length; i++) {
    const delay = Math.round(100 * (i + 1) / rate) - Math.round(100 * i / rate);
    const indices = dithered(await bytesOf(i), width, palette);
    parts.push(frameHeader(width, height, delay), compressLzw(indices));
  }
  return joinBytes([...parts, Uint8Array.of(0x3b)]);
}

async function frame(given: GifFrame): Promise<Picture> {
  const picture = typeof given === "function" ? await given() : given;
  checkPicture("encodeGif", picture);
  if (picture.channels === 4) throw new RangeError("encodeGif: expected pictures of 1 or 3 channels, found 4.");
  return picture;
}

/** A picture as RGB, from 0 to 255. */
function rgbOf({ width, height, channels, pixels }: Picture): Uint8Array {
  const level = (i: number) => Math.round(255 * Math.min(1, Math.max(0, pixels[i])));
  return Uint8Array.from({ length: 3 * width * height }, (_, i) => level(channels === 3 ? i : Math.floor(i / 3)));
}

/** The numbers of the palette's colours, one a pixel. */
function dithered(rgb: Uint8Array, width: number, palette: Palette): Uint8Array {
  return Uint8Array.from({ length: rgb.length / 3 }, (_, pixel) => {
    const [column, row] = [pixel % width, Math.floor(pixel / width)];
    const move = DITHERING * ((BAYER[4 * (row & 3) + (column & 3)] + 0.5) / 16 - 0.5);
    const channel = (c: number) => Math.min(255, Math.max(0, Math.round(rgb[3 * pixel + c] + move)));
    return palette.indexOf(channel(0), channel(1), channel(2));
  });
}

/** The signature, the size, the palette of 256 colours, and the request to loop forever. */
function header(width: number, height: number, colours: readonly (readonly number[])[]): Uint8Array {
  const table = new Uint8Array(768);
  colours.forEach((colour, i) => table.set(colour, 3 * i));
  return joinBytes([
    text("GIF89a"),
    words(width, height),
    Uint8Array.of(0xf7, 0, 0),
    table,
    Uint8Array.of(0x21, 0xff, 11),
    text("NETSCAPE2.0"),
    Uint8Array.of(3, 1, 0, 0, 0),
  ]);
}

/** What stands before a frame's pixels: its delay in hundredths of a second, its place and size, and the length of a colour's number. */
function frameHeader(width: number, height: number, delay: number): Uint8Array {
  return joinBytes([
    Uint8Array.of(0x21, 0xf9, 4, 4),
    words(delay),
    Uint8Array.of(0, 0, 0x2c),
    words(0, 0, width, height),
    Uint8Array.of(0, 8),
  ]);
}

function text(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}

/** Encodes little-endian 16-bit integers. */
function words(...numbers: number[]): Uint8Array {
  return Uint8Array.from(numbers.flatMap((number) => [number & 255, number >> 8]));
}
