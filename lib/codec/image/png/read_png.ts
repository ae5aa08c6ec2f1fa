/**
 * The chunks of a PNG. They are read and checked before the picture is decoded, so that a file that is cut off, damaged or too large
 * gives a clear error at once.
 *
 * @module
 */

import { crc32 } from "../../runtime/crc32.ts";
import { type Exif, readExif } from "../exif.ts";
import { COLOUR_CHUNKS } from "./colours.ts";

/** The content of the IHDR chunk (PNG specification, 11.2.1). */
export interface PngHeader {
  /** Width in pixels; at least 1. */
  readonly width: number;
  /** Height in pixels; at least 1. */
  readonly height: number;
  /** Bits per sample or palette index: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** The colour type: 0 for grey, 2 for RGB, 3 for a palette, 4 for grey and alpha, 6 for RGBA. */
  readonly colourType: number;
  /** Whether the rows are interlaced in the seven passes of Adam7. */
  readonly interlaced: boolean;
}

/** The content of a PNG, which is not decoded yet. */
export interface Png {
  readonly header: PngHeader;
  /** The palette, three bytes a colour; empty if there is none. */
  readonly palette: Uint8Array;
  /** The content of the tRNS chunk (11.3.2.1), if there is one. */
  readonly transparency?: Uint8Array;
  /** The compressed rows. */
  readonly data: Uint8Array;
  /** The picture's orientation according to EXIF; 1 if the file does not tell. */
  /** What its EXIF data say; empty if there are none. */
  readonly exif: Exif;
  /** The content of each of `COLOUR_CHUNKS` that is there. */
  readonly colours: ReadonlyMap<string, Uint8Array>;
}

/** The depths that the specification allows for each colour type. */
const DEPTHS = new Map([[0, [1, 2, 4, 8, 16]], [2, [8, 16]], [3, [1, 2, 4, 8]], [4, [8, 16]], [6, [8, 16]]]);

/** The bytes of a tRNS chunk for colour types without a palette. */
const TRANSPARENCY_BYTES = new Map([[0, 2], [2, 6]]);

const SIGNATURE_BYTES = 8;
/** The bytes of a chunk besides its content: length and type before it, checksum after it. */
const CHUNK_BYTES = 12;

/**
 * Reads the chunks up to IEND and verifies their checksums. Chunks that tell nothing of the pixels are passed over.
 *
 * @param bytes The whole file, which begins with the PNG signature.
 * @param name The name of the file in error messages.
 * @throws {Error} If the file is cut off, or its header or chunks violate the specification.
 */
export function readPng(bytes: Uint8Array, name: string): Png {
  const reading = new PngReading(bytes, name, true);
  while (!reading.ended) reading.takeChunk();
  return reading.finish();
}

/**
 * Reads all but the compressed rows, and checks that all chunks up to IEND are there, in order and complete, without their checksums.
 *
 * @throws {Error} As `readPng`.
 */
export function readPngHeader(bytes: Uint8Array, name: string): Omit<Png, "data"> {
  const reading = new PngReading(bytes, name, false);
  while (!reading.ended) reading.takeChunk();
  return reading.finish();
}

/** The error of a damaged PNG. */
export function damagedPng(name: string, found: string): Error {
  return new Error(`${name}: the PNG is damaged: found ${found}.`);
}

/** What is known of a PNG up to a chunk. */
class PngReading {
  ended = false;
  #offset = SIGNATURE_BYTES;
  #header?: PngHeader;
  #palette: Uint8Array = new Uint8Array();
  #transparency?: Uint8Array;
  #exif?: Exif;
  readonly #colours = new Map<string, Uint8Array>();
  readonly #view: DataView;
  readonly #data: Uint8Array;
  /** The bytes of `#data` that are filled. */
  #length = 0;
  #last = "";

  /**
   * @param whole Whether to verify checksums and to keep the data.
   */
  constructor(readonly bytes: Uint8Array, readonly name: string, readonly whole: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#data = new Uint8Array(whole ? bytes.length : 0);
  }

  takeChunk(): void {
    const { bytes, name } = this;
    const [view, offset] = [this.#view, this.#offset];
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
    if (this.whole && crc32(bytes.subarray(offset + 4, offset + 8 + length)) !== view.getUint32(offset + 8 + length)) {
      throw damagedPng(name, `a wrong checksum of the ${type} chunk at byte ${offset}`);
    }
    this.#take(type, bytes.subarray(offset + 8, offset + 8 + length));
    this.#last = type;
    this.#offset += CHUNK_BYTES + length;
  }

  finish(): Png {
    const header = this.#header!;
    if (header.colourType === 3 && this.#palette.length === 0) {
      throw new Error(`${this.name}: the PNG has no PLTE chunk.`);
    }
    if (this.#length === 0) throw new Error(`${this.name}: the PNG has no IDAT chunk.`);
    const data = this.#data.subarray(0, this.#length);
    return {
      header,
      palette: this.#palette,
      transparency: this.#transparency,
      data,
      exif: this.#exif ?? {},
      colours: this.#colours,
    };
  }

  #take(type: string, content: Uint8Array): void {
    if (!this.#header && (type !== "IHDR" || content.length !== 13)) {
      const expected = `${this.name}: expected the PNG to begin with an IHDR chunk of 13 bytes, found `;
      throw new Error(
        type === "CgBI"
          ? `${expected}Apple's CgBI; convert it to a usual PNG.`
          : `${expected}${type} of ${content.length}.`,
      );
    }
    switch (type) {
      case "IHDR":
        if (this.#header) throw damagedPng(this.name, "a second IHDR chunk");
        this.#header = parseHeader(content, this.name);
        break;
      case "PLTE":
        this.#takePalette(content);
        break;
      case "tRNS":
        this.#takeTransparency(content);
        break;
      case "IDAT":
        if (this.#length > 0 && this.#last !== "IDAT") {
          throw damagedPng(this.name, `the chunk ${this.#last} between IDAT chunks`);
        }
        if (this.whole) this.#data.set(content, this.#length);
        this.#length += content.length;
        break;
      case "IEND":
        this.ended = true;
        break;
      case "eXIf":
        this.#exif ??= readExif(withoutMark(content));
        break;
      default:
        // A chunk with a capital first letter is needed to understand the picture.
        if (type < "a") throw damagedPng(this.name, `the unknown critical chunk ${type}`);
        if (COLOUR_CHUNKS.includes(type) && !this.#colours.has(type)) this.#colours.set(type, content);
    }
  }

  #takePalette(content: Uint8Array): void {
    if (this.#palette.length > 0) throw damagedPng(this.name, "a second PLTE chunk");
    if (this.#length > 0) throw damagedPng(this.name, "a PLTE chunk behind the IDAT chunk");
    if (content.length % 3 !== 0 || content.length === 0 || content.length > 768) {
      throw damagedPng(this.name, `a PLTE chunk of ${content.length} bytes`);
    }
    this.#palette = content;
  }

  #takeTransparency(content: Uint8Array): void {
    const { colourType } = this.#header!;
    // With an alpha channel, the chunk has no meaning.
    if (colourType === 4 || colourType === 6) return;
    const fits = colourType === 3
      ? content.length <= this.#palette.length / 3
      : content.length === TRANSPARENCY_BYTES.get(colourType);
    if (!fits || this.#transparency || this.#length > 0) {
      throw damagedPng(this.name, `a tRNS chunk of ${content.length} bytes behind ${this.#last}`);
    }
    this.#transparency = content;
  }
}

/** Some programs write the mark before EXIF data that only belongs to JPEGs. */
function withoutMark(content: Uint8Array): Uint8Array {
  const mark = [0x45, 0x78, 0x69, 0x66, 0, 0];
  return mark.every((byte, i) => content[i] === byte) ? content.subarray(mark.length) : content;
}

function parseHeader(content: Uint8Array, name: string): PngHeader {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colourType, compression, filter, interlace] = content.subarray(8);
  if (width === 0 || height === 0) {
    throw new Error(`${name}: expected a PNG of at least 1×1 pixels, found ${width}×${height}.`);
  }
  if (!DEPTHS.get(colourType)?.includes(depth)) {
    throw new Error(`${name}: the PNG is damaged: colour type ${colourType} does not allow ${depth} bits per sample.`);
  }
  if (compression !== 0 || filter !== 0) {
    throw damagedPng(name, `compression method ${compression} and filter method ${filter} instead of 0`);
  }
  if (interlace > 1) throw new Error(`${name}: expected a PNG of interlace method 0 or 1, found ${interlace}.`);
  return { width, height, depth, colourType, interlaced: interlace === 1 };
}
