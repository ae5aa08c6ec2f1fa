import { encodePng } from "../codec/image/encode_png.ts";
import type { Picture } from "../codec/image/picture.ts";

/** The method that Deno's Jupyter kernel calls on the last value of a cell. */
const DISPLAY = Symbol.for("Jupyter.display");

/** A value that a notebook shows: its content by media type. Outside a notebook it does nothing. */
export type Displayed = { readonly [display: symbol]: () => Readonly<Record<string, string>> };

/**
 * Makes a value that shows a picture when it is the last one of a notebook cell.
 *
 * @param picture Values are cut to [0, 1].
 * @example
 * ```ts ignore
 * showPicture(await renderPicture(field, { width: 256, height: 256, channels: 3 }))
 * ```
 */
export function showPicture(picture: Picture): Displayed {
  return displayed("image/png", encodePng(picture).toBase64());
}

/** A value that a notebook shows with one media type. */
export function displayed(mediaType: string, content: string): Displayed {
  return { [DISPLAY]: () => ({ [mediaType]: content }) };
}
