import { crc32 } from "node:zlib";
import type { Picture } from "./picture.ts";
import { joinBytes } from "../join_bytes.ts";
import { encodePng } from "./encode_png.ts";

const SIGNATURE = 8;

/**
 * Writes pictures of one size and kind as an animated PNG that loops for ever (PNG, third edition, section 11.3.6): what shows
 * no animation shows the first picture.
 *
 * @param options.framesPerSecond A whole number from 1 to 1000; 15 by default.
 * @returns The whole file; the same bytes for the same pictures.
 * @throws {RangeError} If there is no picture, sizes differ, or one cannot be written.
 */
export function encodeAnimatedPng(frames: readonly Picture[], options: { framesPerSecond?: number } = {}): Uint8Array {
  const { framesPerSecond = 15 } = options;
  if (!Number.isInteger(framesPerSecond) || framesPerSecond < 1 || framesPerSecond > 1000) {
    throw new RangeError(
      `encodeAnimatedPng: framesPerSecond: a whole number from 1 to 1000 expected, ${framesPerSecond} found.`,
    );
  }
  if (frames.length === 0) throw new RangeError("encodeAnimatedPng: at least one picture expected, none found.");
  const { width, height, channels } = frames[0];
  const odd = frames.findIndex((each) => each.width !== width || each.height !== height || each.channels !== channels);
  if (odd >= 0) {
    throw new RangeError(`encodeAnimatedPng: pictures of one size and kind expected, number ${odd} is of another.`);
  }
  return joinFrames(frames.map((frame) => encodePng(frame)), framesPerSecond);
}

/**
 * The same of pictures that are PNG files already, as `encodePng` makes them, all of one size and kind: for more frames than fit
 * memory as pictures.
 */
export function joinFrames(files: readonly Uint8Array[], framesPerSecond = 15): Uint8Array {
  const parts: Uint8Array[] = [];
  let sequence = 0;
  files.forEach((file, i) => {
    const chunks = chunksOf(file);
    const header = chunks.find(({ type }) => type === "IHDR")!.data;
    if (i === 0) {
      parts.push(file.subarray(0, SIGNATURE), chunk("IHDR", header), chunk("acTL", words(files.length, 0)));
    }
    // Size, place (0, 0), delay as a fraction of a second, then: leave the picture, replace what is there.
    const control = new Uint8Array(26);
    control.set(words(sequence++));
    control.set(header.subarray(0, 8), 4);
    new DataView(control.buffer).setUint16(20, 1);
    new DataView(control.buffer).setUint16(22, framesPerSecond);
    parts.push(chunk("fcTL", control));
    for (const { type, data } of chunks) {
      if (type !== "IDAT") continue;
      parts.push(i === 0 ? chunk("IDAT", data) : chunk("fdAT", joinBytes([words(sequence++), data])));
    }
  });
  parts.push(chunk("IEND", new Uint8Array(0)));
  return joinBytes(parts);
}

function chunksOf(png: Uint8Array): { type: string; data: Uint8Array }[] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks = [];
  for (let at = SIGNATURE; at < png.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

/** Length, type, data and the checksum of type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = joinBytes([Uint8Array.from(type, (character) => character.charCodeAt(0)), data]);
  return joinBytes([words(data.length), body, words(crc32(body))]);
}

/** Big-endian 32-bit numbers. */
function words(...numbers: number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 4);
  numbers.forEach((number, i) => new DataView(bytes.buffer).setUint32(i * 4, number));
  return bytes;
}
