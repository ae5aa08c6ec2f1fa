import { checkOptions } from "../../hyperparameter/members.ts";
import type { Picture } from "./picture.ts";
import { joinBytes } from "../join_bytes.ts";
import { encodePng } from "./encode_png.ts";
import { chunk, SIGNATURE, words } from "./png/chunk.ts";

/**
 * Encodes pictures of one size and number of channels as an animated PNG that loops forever (PNG, third edition, section 11.3.6).
 * Programs that do not support animations show the first picture.
 *
 * @param options.framesPerSecond An integer from 1 to 1000; 15 by default.
 * @returns The whole file; the same pictures give the same bytes.
 * @throws {RangeError} If there is no picture, sizes or channels differ, or a picture is invalid.
 */
export function encodeAnimatedPng(frames: readonly Picture[], options: { framesPerSecond?: number } = {}): Uint8Array {
  checkOptions("encodeAnimatedPng", options, { framesPerSecond: true });
  const { framesPerSecond = 15 } = options;
  if (!Number.isInteger(framesPerSecond) || framesPerSecond < 1 || framesPerSecond > 1000) {
    throw new RangeError(
      `encodeAnimatedPng: framesPerSecond: expected a whole number from 1 to 1000, found ${framesPerSecond}.`,
    );
  }
  if (frames.length === 0) throw new RangeError("encodeAnimatedPng: expected at least one picture, found none.");
  const { width, height, channels } = frames[0];
  const odd = frames.findIndex((each) => each.width !== width || each.height !== height || each.channels !== channels);
  if (odd >= 0) {
    throw new RangeError(
      `encodeAnimatedPng: expected pictures of one size and number of channels, but picture ${odd} differs.`,
    );
  }
  return joinFrames(frames.map((frame) => encodePng(frame)), framesPerSecond);
}

/**
 * Joins PNG files, as `encodePng` makes them, to an animated PNG. All must have one size and number of channels. It needs less memory
 * than `encodeAnimatedPng` if there are many frames.
 */
export function joinFrames(files: readonly Uint8Array[], framesPerSecond = 15): Uint8Array {
  const parts: Uint8Array[] = [];
  let sequence = 0;
  files.forEach((file, i) => {
    const chunks = chunksOf(file);
    const header = chunks.find(({ type }) => type === "IHDR")!.data;
    if (i === 0) {
      parts.push(SIGNATURE, chunk("IHDR", header), chunk("acTL", words(files.length, 0)));
    }
    // The frame's size, offset (0, 0), delay as a fraction of a second, dispose operation "none" and blend operation "source".
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
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}
