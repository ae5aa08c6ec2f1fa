import type { Picture } from "../../lib/codec/image/picture.ts";

/** The side of each picture of a preview, in pixels. */
export const SIDE = 256;

/** The colour of lines, and of places without samples. */
export const PALE: readonly number[] = [0.85, 0.9, 0.97];

/** A square picture of one colour. */
export function blank(colour: readonly number[]): Picture {
  const pixels = new Float32Array(SIDE * SIDE * 3);
  // `Float32Array.from` would take twenty times as long.
  for (let i = 0; i < pixels.length; i++) pixels[i] = colour[i % 3];
  return { width: SIDE, height: SIDE, channels: 3, pixels };
}

/** Colours a pixel if it lies in the picture. */
export function paint({ pixels }: Picture, x: number, y: number, colour: readonly number[]): void {
  if (x >= 0 && x < SIDE && y >= 0 && y < SIDE) pixels.set(colour, (y * SIDE + x) * 3);
}
