/** The orientation of a stored picture in EXIF's numbers: 1 is upright, 2 to 8 are mirrored or rotated (see `orientPicture`). */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What EXIF data say of how a picture is meant. */
export interface Exif {
  readonly orientation?: Orientation;
  /** The colour space: 1 for sRGB, others for any other one. */
  readonly colourSpace?: number;
}

const [ORIENTATION, EXIF_DIRECTORY, COLOUR_SPACE] = [0x0112, 0x8769, 0xa001];
const [SHORT, LONG] = [3, 4];
const ENTRY_BYTES = 12;
const SRGB = 1;

/**
 * Finds the orientation and the colour space in EXIF data (Exif 2.32, 4.6). Damaged data tell none, as in other programs, because many
 * cameras and editors write faulty EXIF data to intact pictures.
 *
 * @param tiff The EXIF data, beginning with its TIFF header (`II*` or `MM`), without the `Exif\0\0` before it.
 */
export function readExif(tiff: Uint8Array): Exif {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8 || tiff[0] !== tiff[1] || (tiff[0] !== 0x49 && tiff[0] !== 0x4d)) return {};
  const little = tiff[0] === 0x49;
  if (view.getUint16(2, little) !== 42) return {};
  const first = view.getUint32(4, little);
  const orientation = numberIn(view, first, ORIENTATION, little);
  const second = numberIn(view, first, EXIF_DIRECTORY, little);
  const colourSpace = second === undefined ? undefined : numberIn(view, second, COLOUR_SPACE, little);
  const isKnown = orientation !== undefined && orientation >= 1 && orientation <= 8;
  return { ...isKnown && { orientation: orientation as Orientation }, ...colourSpace !== undefined && { colourSpace } };
}

/** The description of a colour space of EXIF data; undefined for sRGB or if there is none. */
export function describeColourSpace({ colourSpace = SRGB }: Exif): string | undefined {
  return colourSpace === SRGB ? undefined : "an EXIF colour space other than sRGB";
}

/** The number in an entry of a directory; undefined if there is none, or the data end before it. */
function numberIn(view: DataView, directory: number, tag: number, little: boolean): number | undefined {
  if (directory + 2 > view.byteLength) return;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > view.byteLength) return;
    const type = view.getUint16(entry + 2, little);
    if (view.getUint16(entry, little) !== tag || (type !== SHORT && type !== LONG)) continue;
    return type === SHORT ? view.getUint16(entry + 8, little) : view.getUint32(entry + 8, little);
  }
}
