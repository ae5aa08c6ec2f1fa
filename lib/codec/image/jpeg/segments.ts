/** A marker segment of a JPEG (ITU-T T.81, B.1.1). */
export interface Segment {
  /** The second byte of its marker. */
  readonly marker: number;
  /** The position of its marker in the file. */
  readonly at: number;
  /** What follows its length. */
  readonly content: Uint8Array;
  /** The position after the content, where the entropy-coded data of a scan begin. */
  readonly end: number;
  /** The position of the next marker that is no restart. */
  readonly next: number;
}

const [TEM, SOI, EOI, FIRST_KNOWN] = [0x01, 0xd8, 0xd9, 0xc0];

/**
 * The marker segments up to the end of the image. Bytes between segments that begin no marker are passed over, as other
 * programs do.
 *
 * @param bytes The whole file, which begins with a start of image.
 * @param name The name of the file in error messages.
 * @throws {Error} If the file is cut off or contains another start of image.
 */
export function* segmentsOf(bytes: Uint8Array, name: string): Generator<Segment> {
  for (let at = findMarker(bytes, 2); bytes[at + 1] !== EOI;) {
    const marker = bytes[at + 1];
    // Reserved markers and TEM have no content.
    if (marker === TEM || marker < FIRST_KNOWN) {
      at = findMarker(bytes, at + 2);
      continue;
    }
    if (marker === SOI) throw damagedJpeg(name, `another start of image at byte ${at}`);
    const length = bytes[at + 2] << 8 | bytes[at + 3];
    const end = at + 2 + length;
    // This also covers a missing marker, for which `at` is the file's length.
    if (at + 4 > bytes.length || end > bytes.length) throw cutOff(bytes, name);
    const next = findMarker(bytes, end);
    if (next === bytes.length) throw cutOff(bytes, name);
    if (length < 2) throw damagedJpeg(name, `a segment of length ${length} at byte ${at}`);
    yield { marker, at, content: bytes.subarray(at + 4, end), end, next };
    at = next;
  }
}

/** The error of a damaged JPEG. */
export function damagedJpeg(name: string, found: string): Error {
  return new Error(`${name}: the JPEG is damaged: found ${found}; open it in an image editor and save it again.`);
}

function cutOff(bytes: Uint8Array, name: string): Error {
  return new Error(`${name}: the JPEG is cut off at byte ${bytes.length}, before its end-of-image marker.`);
}

/**
 * The position of the next marker; `bytes.length` if there is none. In entropy-coded data, a 0xff byte is followed by 0 or
 * belongs to a restart marker. Before a marker it may be repeated as padding.
 */
function findMarker(bytes: Uint8Array, offset: number): number {
  for (let at = bytes.indexOf(0xff, offset); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    const isRestart = next >= 0xd0 && next <= 0xd7;
    if (next !== 0 && next !== 0xff && !isRestart) return at;
  }
  return bytes.length;
}
