import { decodePicture } from "../../../lib/codec/image/decode_picture.ts";
import { encodePng } from "../../../lib/codec/image/encode_png.ts";
import { fitLongerSide, resizePicture } from "../../../lib/data/image/resize.ts";
import { readInput } from "../../shell/read_input.ts";

/** A picture of a report. */
interface ReducedPicture {
  readonly png: Uint8Array;
  /** Whether it is much wider than high. */
  readonly wide: boolean;
}

/**
 * Reads a picture as PNG, shrunk if it is large.
 *
 * @param largest The longer side in pixels, at most; that of a picture that is much wider than high may be twice as long.
 */
export async function reducedPicture(path: string, largest: number): Promise<ReducedPicture> {
  const bytes = await readInput(path);
  const picture = await decodePicture(bytes, path);
  const wide = picture.width > 2 * picture.height;
  const most = wide ? 2 * largest : largest;
  if (Math.max(picture.width, picture.height) <= most) return { png: bytes, wide };
  const { width, height } = fitLongerSide(picture.width, picture.height, most);
  return { png: encodePng(resizePicture(picture, width, height, { antialias: true })), wide };
}
