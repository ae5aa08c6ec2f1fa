/**
 * The marker segments of a JPEG. They are read before the picture is decoded, so that a file that is truncated, of an
 * unsupported kind or too large gives a clear error at once.
 *
 * @module
 */

import { exifOrientation, type Orientation } from "./exif.ts";

/** The properties of a JPEG that are known without decoding it. */
export interface JpegHeader {
  /** Width as stored, in pixels; at least 1. */
  width: number;
  /** Height as stored, in pixels; at least 1. */
  height: number;
  /** The number of components: 1 for grey, 3 for colour, 4 for CMYK. */
  components: 1 | 3 | 4;
  /** Whether three components are R, G and B instead of Y, Cb and Cr. */
  storesRgb: boolean;
  /** The position of the marker of Adobe's segment, if there is one. */
  adobeAt?: number;
  /** The picture's orientation according to EXIF; 1 if the file does not tell. */
  orientation: Orientation;
}

const [TEM, EOI, SOS, APP0, APP1, APP14] = [0x01, 0xd9, 0xda, 0xe0, 0xe1, 0xee];

/** The supported start-of-frame markers: baseline, extended sequential and progressive, all Huffman-coded. */
const READABLE_FRAMES = [0xc0, 0xc1, 0xc2];

/**
 * Reads the marker segments (ITU-T T.81, annex B) up to the end of the image.
 *
 * @param bytes The whole file, which begins with a start of image.
 * @param name The name of the file in error messages.
 * @throws {Error} If the file is truncated, or of an unsupported kind: lossless, arithmetic-coded, 12 bits.
 */
export function readJpegHeader(bytes: Uint8Array, name: string): JpegHeader {
  let frame: Uint8Array | undefined;
  let orientation: Orientation = 1;
  let jfif = false;
  let scanned = false;
  let adobeAt: number | undefined;
  for (let offset = 2;;) {
    const at = findMarker(bytes, offset);
    const marker = bytes[at + 1];
    if (marker === EOI) break;
    if (marker === TEM) {
      offset = at + 2;
      continue;
    }
    const end = at + 2 + (bytes[at + 2] << 8 | bytes[at + 3]);
    // This also covers a missing marker, for which `at` is the file's length.
    if (at + 4 > bytes.length || end > bytes.length) {
      throw new Error(`${name}: the JPEG is cut off at byte ${bytes.length}, before its end-of-image marker.`);
    }
    const content = bytes.subarray(at + 4, end);
    if (marker === APP0) jfif ||= begins(content, "JFIF\0");
    if (marker === APP1 && begins(content, "Exif\0\0")) orientation = exifOrientation(content.subarray(6));
    if (marker === APP14 && begins(content, "Adobe") && content.length >= 12) adobeAt = at;
    if (isFrame(marker)) {
      checkReadable(marker, content, name);
      frame = content;
    }
    scanned ||= marker === SOS;
    offset = end;
  }
  if (!frame || !scanned) throw new Error(`${name}: the JPEG is damaged: it ends without a picture in it.`);
  const components = frame[5] as JpegHeader["components"];
  const ids = [frame[6], frame[9], frame[12]];
  // This follows libjpeg: JFIF means YCbCr; otherwise Adobe's marker decides, and without one the names of the components.
  const namedRgb = String.fromCharCode(...ids) === "RGB";
  const storesRgb = components === 3 && !jfif && (adobeAt === undefined ? namedRgb : bytes[adobeAt + 15] === 0);
  const [height, width] = [frame[1] << 8 | frame[2], frame[3] << 8 | frame[4]];
  return { width, height, components, storesRgb, adobeAt, orientation };
}

/**
 * The position of the next marker; `bytes.length` if there is none. In entropy-coded data, a 0xff byte is followed by 0 or
 * belongs to a restart marker. Before a marker it may be repeated as padding.
 */
function findMarker(bytes: Uint8Array, offset: number): number {
  for (let at = offset; at + 1 < bytes.length; at++) {
    const next = bytes[at + 1];
    const isRestart = next >= 0xd0 && next <= 0xd7;
    if (bytes[at] === 0xff && next !== 0 && next !== 0xff && !isRestart) return at;
  }
  return bytes.length;
}

/** Whether a marker is a start of frame: C0 to CF except DHT (C4), JPG (C8) and DAC (CC). */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function begins(content: Uint8Array, text: string): boolean {
  return Array.from(text).every((character, i) => content[i] === character.charCodeAt(0));
}

function checkReadable(marker: number, frame: Uint8Array, name: string): void {
  const [precision, components] = [frame[0], frame[5]];
  const [width, height] = [frame[3] << 8 | frame[4], frame[1] << 8 | frame[2]];
  if (!READABLE_FRAMES.includes(marker)) {
    throw new Error(
      `${name}: lossless, hierarchical and arithmetic-coded JPEGs (frame type ${marker - 0xc0}) are not supported.`,
    );
  }
  if (precision !== 8) throw new Error(`${name}: expected a JPEG of 8 bits per sample, found ${precision}.`);
  if (![1, 3, 4].includes(components)) {
    throw new Error(`${name}: expected a JPEG of 1, 3 or 4 components, found ${components}.`);
  }
  if (width === 0 || height === 0) {
    throw new Error(`${name}: expected a JPEG of at least 1×1 pixels, found ${width}×${height} in its header.`);
  }
}
