import { fromFileUrl } from "@std/path";
import { encodePng } from "../../mod.ts";
import type { Picture } from "../../lib/codec/mod.ts";

/** Where real scenes are, on machines that have them. */
export const realScenes = fromFileUrl(new URL("../../../shared/data/nerf/", import.meta.url));

/** A small picture with a gradient. */
export function testPicture(width: number, height: number, shade = 0): Picture {
  const pixels = Float32Array.from({ length: width * height * 3 }, (_, i) => ((i * 7 + shade) % 256) / 255);
  return { width, height, channels: 3, pixels };
}

/** The bytes of such a picture as PNG. */
export function testPng(width: number, height: number, shade = 0): Uint8Array {
  return encodePng(testPicture(width, height, shade));
}

/** A `.npy` file of f64 numbers; `descr` and `shape` may lie. */
export function npy(numbers: readonly number[], shape: string, descr = "<f8"): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117) + "\n";
  const bytes = new Uint8Array(10 + header.length + numbers.length * 8);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length, 0]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(Float64Array.from(numbers).buffer), 10 + header.length);
  return bytes;
}

/** The files of an LLFF scene of `count` cameras side by side, pictures of 20 × 15 pixels in `images_4`. */
export function llffFiles(count: number): Record<string, Uint8Array> {
  const rows = Array.from({ length: count }, (_, i) => llffRow(i * 0.1)).flat();
  const pictures = Array.from(
    { length: count },
    (_, i) => [`images_4/${String(i).padStart(2, "0")}.png`, testPng(20, 15, i)],
  );
  return { "poses_bounds.npy": npy(rows, `(${count}, 17)`), ...Object.fromEntries(pictures) };
}

/** A row of `poses_bounds.npy`: a camera at `x` that looks along −z, 40 × 30 pixels, focal length 50. */
export function llffRow(x: number): number[] {
  // down, right, back, position, (h, w, f)
  return [0, 1, 0, x, 30, -1, 0, 0, 0, 40, 0, 0, 1, 0, 50, 2, 8];
}
