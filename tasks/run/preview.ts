import { encodePng } from "../../lib/codec/image/encode_png.ts";
import type { Picture } from "../../lib/codec/image/picture.ts";
import { compositeOnWhite } from "../../lib/data/image/alpha.ts";
import { asRgb } from "../../lib/data/image/as_rgb.ts";
import { fitLongerSide, resizePicture } from "../../lib/data/image/resize.ts";
import { sideBySide } from "./side_by_side.ts";

/** What a field looks like during training: three pictures of one size. */
export interface Preview {
  /** What the field should look like. */
  readonly truth: Picture;
  /** What the field looks like. */
  readonly result: Picture;
  /** Where the two differ, in the colours of error pictures. */
  readonly error: Picture;
  /** What each of the three pictures shows, in this order. */
  readonly titles: readonly [truth: string, result: string, error: string];
}

/** The file with the newest preview of a run: truth, result and error side by side. */
export const PREVIEW = "preview.png";

/** The longer side of each of the three pictures in the file, at most. */
const LARGEST = 320;

/** Encodes a preview as one PNG: truth, result and error side by side, each shrunk if it is large. */
export function encodePreview({ truth, result, error }: Preview): Uint8Array {
  return encodePng(sideBySide([truth, result, error].map(shrunk)));
}

/** A picture as RGB of limited size. */
function shrunk(picture: Picture): Picture {
  const opaque = asRgb(compositeOnWhite(picture));
  if (Math.max(picture.width, picture.height) <= LARGEST) return opaque;
  const { width, height } = fitLongerSide(picture.width, picture.height, LARGEST);
  return resizePicture(opaque, width, height, { antialias: true });
}
