/**
 * The header and the chunks of a PNG. They are read before the picture is decoded, so that a file that is truncated or too large
 * gives a clear error at once.
 *
 * @module
 */

/** The content of the IHDR chunk (PNG specification, 11.2.1). */
export interface PngHeader {
  /** Width in pixels; at least 1. */
  width: number;
  /** Height in pixels; at least 1. */
  height: number;
  /** Bits per sample or palette index: 1, 2, 4, 8 or 16. */
  depth: number;
  /** The colour type: 0 for grey, 2 for RGB, 3 for a palette, 4 for grey and alpha, 6 for RGBA. */
  colourType: number;
  /** Whether the rows are interlaced in the seven passes of Adam7. */
  interlaced: boolean;
}

/** The depths that the specification allows for each colour type. */
const DEPTHS = new Map([[0, [1, 2, 4, 8, 16]], [2, [8, 16]], [3, [1, 2, 4, 8]], [4, [8, 16]], [6, [8, 16]]]);

const SIGNATURE_BYTES = 8;
/** The bytes of a chunk besides its content: length and type before it, checksum after it. */
const CHUNK_BYTES = 12;

/**
 * Reads the header and checks that all chunks up to IEND are complete. Checksums are not verified.
 *
 * @param bytes The whole file, which begins with the PNG signature.
 * @param name The name of the file in error messages.
 * @throws {Error} If the file is truncated, or its header or chunks violate the specification.
 */
export function readPngHeader(bytes: Uint8Array, name: string): PngHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seen = new Set<string>();
  let header: PngHeader | undefined;
  for (let offset = SIGNATURE_BYTES; !seen.has("IEND");) {
    const left = bytes.length - offset;
    if (left < CHUNK_BYTES) {
      throw new Error(`${name}: the PNG is cut off at byte ${bytes.length}, before its IEND chunk.`);
    }
    const length = view.getUint32(offset);
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    // The message does not show a damaged chunk type, because it may contain control characters.
    if (!/^[A-Za-z]{4}$/.test(type)) throw new Error(`${name}: the PNG is damaged: byte ${offset} begins no chunk.`);
    if (left < CHUNK_BYTES + length) {
      throw new Error(
        `${name}: the PNG is cut off: the ${type} chunk at byte ${offset} has ${length + CHUNK_BYTES} bytes, ` +
          `but the file only ${left} more.`,
      );
    }
    if (!header) {
      if (type !== "IHDR" || length !== 13) {
        throw new Error(
          `${name}: expected the PNG to begin with an IHDR chunk of 13 bytes, found ${type} of ${length}.`,
        );
      }
      header = parseHeader(view, offset + 8, name);
    }
    seen.add(type);
    offset += CHUNK_BYTES + length;
  }
  for (const needed of header!.colourType === 3 ? ["PLTE", "IDAT"] : ["IDAT"]) {
    if (!seen.has(needed)) throw new Error(`${name}: the PNG has no ${needed} chunk.`);
  }
  return header!;
}

function parseHeader(view: DataView, offset: number, name: string): PngHeader {
  const [width, height] = [view.getUint32(offset), view.getUint32(offset + 4)];
  const [depth, colourType, , , interlace] = [8, 9, 10, 11, 12].map((at) => view.getUint8(offset + at));
  if (width === 0 || height === 0) {
    throw new Error(`${name}: expected a PNG of at least 1×1 pixels, found ${width}×${height}.`);
  }
  if (!DEPTHS.get(colourType)?.includes(depth)) {
    throw new Error(`${name}: the PNG is damaged: colour type ${colourType} does not allow ${depth} bits per sample.`);
  }
  if (interlace > 1) throw new Error(`${name}: expected a PNG of interlace method 0 or 1, found ${interlace}.`);
  return { width, height, depth, colourType, interlaced: interlace === 1 };
}
