/**
 * The marker segments of a JPEG. They are read and checked before the picture is decoded, so that a file that is cut off, of
 * an unsupported kind or too large gives a clear error at once, and the work of decoding is bounded by the size of the file and its
 * picture.
 *
 * @module
 */

import { joinBytes } from "../../join_bytes.ts";
import { describeColourSpace, type Exif, type Orientation, readExif } from "../exif.ts";
import { describeProfile } from "../icc.ts";
import type { Colours } from "./colours.ts";
import { type Component, type Frame, isFrame, readFrame } from "./frame.ts";
import { type HuffmanCode, readCodes, usualCode } from "./huffman.ts";
import { readQuantisers } from "./quantisers.ts";
import type { ScanKind } from "./scan.ts";
import { damagedJpeg, type Segment, segmentsOf } from "./segments.ts";

/** A JPEG whose scans are not decoded yet. */
export interface Jpeg {
  readonly frame: Frame;
  readonly scans: readonly Scan[];
  /** The quantisation factors of each component, in the order of its coefficients. */
  readonly quantisers: readonly Uint16Array[];
  readonly colours: Colours;
  /** The picture's orientation according to EXIF; 1 if the file does not tell. */
  readonly orientation: Orientation;
  /** What the file says of its colours, if they are not sRGB's. */
  readonly otherColours?: string;
}

/** A scan, which is not decoded yet. */
interface Scan {
  readonly kind: ScanKind;
  readonly parts: readonly { readonly component: number; readonly dc?: HuffmanCode; readonly ac?: HuffmanCode }[];
  /** The units between restart markers; 0 if there are none. */
  readonly interval: number;
  /** Where its data begin. */
  readonly from: number;
  /** Where its data end. */
  readonly end: number;
}

/**
 * The most scans of a component. Each walks through all blocks, whatever little data it has. Encoders make about ten; one for each
 * coefficient would be 64.
 */
const MOST_SCANS = 100;

const [DHT, SOS, DQT, DNL, DRI] = [0xc4, 0xda, 0xdb, 0xdc, 0xdd];
const [APP0, APP1, APP2, APP14] = [0xe0, 0xe1, 0xe2, 0xee];

/**
 * Reads the marker segments (ITU-T T.81, annex B) up to the end of the image.
 *
 * @param bytes The whole file, which begins with a start of image.
 * @param most The most pixels.
 * @param name The name of the file in error messages.
 * @throws {Error} If the file is cut off, damaged, of an unsupported kind or has more pixels.
 */
export function readJpeg(bytes: Uint8Array, most: number, name: string): Jpeg {
  const reading = new JpegReading(most, name);
  for (const segment of segmentsOf(bytes, name)) reading.take(segment);
  return reading.finish();
}

/** What is known of a JPEG up to a segment. */
class JpegReading {
  #frame?: Frame;
  #exif: Exif = {};
  /** The parts of the colour profile by their number; each follows 14 bytes (ICC.1:2022, B.4). */
  readonly #profile = new Map<number, Uint8Array>();
  #jfif = false;
  /** The colour transform that Adobe's segment tells. */
  #transform?: number;
  #interval = 0;
  readonly #codes = new Map<number, HuffmanCode>();
  readonly #tables = new Map<number, Uint16Array>();
  readonly #scans: Scan[] = [];
  readonly #quantisers: Uint16Array[] = [];
  /** The scans of each component so far. */
  readonly #counts: number[] = [];
  /** For each component and coefficient, the lowest bit that scans told; -1 if there is none. */
  #lowest: Int8Array[] = [];

  constructor(readonly most: number, readonly name: string) {}

  take(segment: Segment): void {
    const { marker, content } = segment;
    if (marker === APP0) this.#jfif ||= begins(content, "JFIF\0");
    // Editors add EXIF segments of their own; the first that tells a thing counts.
    if (marker === APP1 && begins(content, "Exif\0")) this.#exif = { ...readExif(content.subarray(6)), ...this.#exif };
    if (marker === APP2 && begins(content, "ICC_PROFILE\0")) this.#profile.set(content[12], content.subarray(14));
    if (marker === APP14 && begins(content, "Adobe") && content.length >= 12) this.#transform = content[11];
    if (marker === DQT) readQuantisers(content, this.#tables, this.name);
    if (marker === DHT) readCodes(content, this.#codes, this.name);
    if (marker === DRI) this.#interval = this.#word(content, "restart interval");
    if (marker === DNL) this.#checkHeight(this.#word(content, "number of lines"));
    if (marker === SOS) this.#takeScan(segment);
    if (isFrame(marker)) this.#takeFrame(segment);
  }

  finish(): Jpeg {
    const frame = this.#frame;
    if (!frame || this.#scans.length === 0) throw damagedJpeg(this.name, "an end of image before any picture");
    const without = this.#lowest.findIndex((lowest) => lowest[0] < 0);
    if (without >= 0) throw damagedJpeg(this.name, `no data of component ${without + 1}`);
    return {
      frame,
      scans: this.#scans,
      quantisers: this.#quantisers,
      colours: this.#coloursOf(frame.components),
      orientation: this.#exif.orientation ?? 1,
      otherColours: this.#otherColours(),
    };
  }

  #otherColours(): string | undefined {
    if (this.#profile.size === 0) return describeColourSpace(this.#exif);
    const parts = [...this.#profile].sort(([a], [b]) => a - b).map(([, part]) => part);
    return describeProfile(joinBytes(parts));
  }

  /** This follows libjpeg: JFIF means YCbCr; otherwise Adobe's marker decides, and without one the names of the components. */
  #coloursOf(components: readonly Component[]): Colours {
    if (components.length === 1) return "grey";
    // Like other programs, this takes all CMYK for inverted, as Adobe's is.
    if (components.length === 4) return this.#transform ? "YCbCr and K" : "inverted CMYK";
    if (this.#jfif) return "YCbCr";
    const namedRgb = String.fromCharCode(...components.map(({ id }) => id)) === "RGB";
    const storesRgb = this.#transform === undefined ? namedRgb : this.#transform === 0;
    return storesRgb ? "RGB" : "YCbCr";
  }

  #takeFrame(segment: Segment): void {
    if (this.#frame) throw damagedJpeg(this.name, "a second start of frame");
    const frame = readFrame(segment, this.name);
    const { width, height } = frame;
    if (width * height > this.most) {
      throw new Error(
        `${this.name}: the JPEG has ${width}×${height} pixels, but at most ${this.most} are supported; shrink it first.`,
      );
    }
    this.#frame = frame;
    this.#lowest = frame.components.map(() => new Int8Array(64).fill(-1));
  }

  #takeScan({ content, end, next }: Segment): void {
    const frame = this.#frame;
    if (!frame) throw damagedJpeg(this.name, "a scan before the start of frame");
    const count = content[0];
    if (!(count >= 1 && count <= 4) || content.length < 4 + 2 * count) {
      throw damagedJpeg(this.name, "a faulty start of scan");
    }
    const [first, last, bits] = content.subarray(1 + 2 * count);
    const kind: ScanKind = frame.progressive
      ? { first, last, refines: bits >> 4 !== 0, low: bits & 15 }
      : { first: 0, last: 63, refines: false, low: 0 };
    const parts = Array.from({ length: count }, (_, i) => {
      const [id, slots] = content.subarray(1 + 2 * i);
      const component = frame.components.findIndex((each) => each.id === id);
      if (component < 0) throw damagedJpeg(this.name, `a scan of component ${id}, which the frame lacks`);
      return { component, ...this.#codesOf(frame, kind, slots) };
    });
    this.#checkOrder(kind, bits >> 4, parts.map(({ component }) => component));
    this.#checkLength(frame, kind, parts.map(({ component }) => component), next - end);
    this.#scans.push({ kind, parts, interval: this.#interval, from: end, end: next });
  }

  /** The number in a segment that holds nothing else. */
  #word(content: Uint8Array, what: string): number {
    if (content.length !== 2) throw damagedJpeg(this.name, `a ${what} of ${content.length} bytes`);
    return content[0] << 8 | content[1];
  }

  /** A DNL segment tells a height that the frame leaves open (ITU-T T.81, B.2.5), which is not read; others only repeat it. */
  #checkHeight(found: number): void {
    const height = this.#frame?.height;
    if (found !== height) throw damagedJpeg(this.name, `heights of ${height ?? "no"} and of ${found} pixels`);
  }

  /** The codes that a scan needs of the tables with the given numbers. */
  #codesOf(frame: Frame, { first, last, refines }: ScanKind, slots: number) {
    const find = (slot: number) => {
      const code = this.#codes.get(slot) ?? (frame.progressive ? undefined : usualCode(slot));
      if (!code) throw damagedJpeg(this.name, `a scan without its Huffman table ${slot & 15}`);
      return code;
    };
    return {
      ...first === 0 && !refines && { dc: find(slots >> 4) },
      ...last > 0 && { ac: find(0x10 | slots & 15) },
    };
  }

  /** Checks that a scan goes on where the earlier ones ended, so that no coefficient is decoded more than 14 times, and the number of scans. */
  #checkOrder({ first, last, refines, low }: ScanKind, high: number, components: readonly number[]): void {
    const progressive = this.#frame!.progressive;
    const faulty = progressive &&
      (last > 63 || (first === 0 ? last > 0 : last < first || components.length > 1) ||
        low > 13 || refines && high !== low + 1);
    if (faulty) throw damagedJpeg(this.name, `a scan of coefficients ${first} to ${last} and bits ${high} to ${low}`);
    if (new Set(components).size < components.length) throw damagedJpeg(this.name, "a scan with a component twice");
    for (const component of components) {
      const table = this.#tables.get(this.#frame!.components[component].table);
      if (!table) throw damagedJpeg(this.name, `no quantisation table for component ${component + 1}`);
      this.#quantisers[component] ??= table;
      const count = this.#counts[component] = (this.#counts[component] ?? 0) + 1;
      if (count > MOST_SCANS) {
        throw damagedJpeg(this.name, `more than ${MOST_SCANS} scans of component ${component + 1}`);
      }
      const lowest = this.#lowest[component];
      for (let k = first; k <= last; k++) {
        // Some files refine what no scan began; other programs read them.
        if (lowest[k] >= 0 && !(refines && lowest[k] === high)) {
          throw damagedJpeg(this.name, `coefficient ${k} of component ${component + 1} twice`);
        }
        lowest[k] = low;
      }
    }
  }

  /** Checks that the data of a scan can hold at least one bit for each block, two in a sequential one. */
  #checkLength(frame: Frame, { first, last }: ScanKind, components: readonly number[], bytes: number): void {
    // A scan of AC coefficients may pass over many blocks at once.
    if (first > 0) return;
    const units = frame.unitColumns * frame.unitRows;
    const [alone] = components.map((index) => frame.components[index]);
    const blocks = components.length === 1
      ? alone.columns * alone.rows
      : components.reduce((sum, index) => sum + units * frame.components[index].h * frame.components[index].v, 0);
    const needed = Math.ceil((last > 0 ? 2 : 1) * blocks / 8);
    if (bytes < needed) {
      throw damagedJpeg(
        this.name,
        `${bytes} bytes for a picture of ${frame.width}×${frame.height} pixels, which takes at least ${needed}`,
      );
    }
  }
}

function begins(content: Uint8Array, text: string): boolean {
  return Array.from(text).every((character, i) => content[i] === character.charCodeAt(0));
}
