/** The orientation of a stored picture in EXIF's numbers: 1 is upright, 2 to 8 are mirrored or rotated (see `orientPicture`). */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112;
const [SHORT, LONG] = [3, 4];
const ENTRY_BYTES = 12;

/**
 * Finds the orientation in EXIF data (Exif 2.32, 4.6.4). Damaged data tell none, as in other programs, because many
 * cameras and editors write faulty EXIF data to intact pictures.
 *
 * @param tiff The EXIF data, beginning with its TIFF header (`II*` or `MM`), without the `Exif\0\0` before it.
 * @returns The orientation; undefined if the data do not tell it.
 */
export function exifOrientation(tiff: Uint8Array): Orientation | undefined {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8 || tiff[0] !== tiff[1] || (tiff[0] !== 0x49 && tiff[0] !== 0x4d)) return;
  const little = tiff[0] === 0x49;
  if (view.getUint16(2, little) !== 42) return;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > tiff.length) return;
    const type = view.getUint16(entry + 2, little);
    if (view.getUint16(entry, little) !== ORIENTATION_TAG || (type !== SHORT && type !== LONG)) continue;
    const value = type === SHORT ? view.getUint16(entry + 8, little) : view.getUint32(entry + 8, little);
    return value >= 1 && value <= 8 ? value as Orientation : undefined;
  }
}
