import type { BitReader } from "./bit_reader.ts";
import type { Component, Frame } from "./frame.ts";
import type { HuffmanTable } from "./huffman.ts";
import { damagedJpeg } from "./segments.ts";

/** One component of a scan. */
interface ScanPart {
  readonly component: Component;
  /** The coefficients of the component: 64 for each block, row by row, each block in rows of increasing frequency. */
  readonly coefficients: Int16Array;
  /** The table of its DC codes, if the scan needs one. */
  readonly dc?: HuffmanTable;
  /** The table of its AC codes, if the scan needs one. */
  readonly ac?: HuffmanTable;
}

/** What the start of a scan says (ITU-T T.81, B.2.3). */
export interface ScanKind {
  /** The first coefficient, in zigzag order. */
  readonly first: number;
  /** The last coefficient. */
  readonly last: number;
  /** Whether bits are added to coefficients of earlier scans. */
  readonly refines: boolean;
  /** The place of the last bit. */
  readonly low: number;
}

/** The places of the coefficients of a block in zigzag order (ITU-T T.81, figure A.6). */
export const ZIGZAG: Uint8Array = Uint8Array.from(
  Array.from({ length: 64 }, (_, i) => i).sort((a, b) => rank(a) - rank(b)),
);

/** Numbers that increase along the zigzag: the diagonal, then the row or the column in it. */
function rank(place: number): number {
  const [row, column] = [place >> 3, place & 7];
  return (row + column) * 8 + ((row + column) % 2 ? row : column);
}

/** Decodes one block: the part of the scan, its number there, and where the block's coefficients begin. */
type BlockDecoder = (part: ScanPart, index: number, at: number) => void;

/**
 * Decodes a scan into the coefficients of its components.
 *
 * @param interval The units between restart markers; 0 if there are none.
 * @throws {Error} If the data end early, contain codes that the tables lack, or hold more restart intervals or units than the frame.
 */
export function decodeScan(
  frame: Frame,
  parts: readonly ScanPart[],
  kind: ScanKind,
  reader: BitReader,
  interval: number,
): void {
  const decoder = frame.progressive ? progressiveDecoder(kind, reader) : sequentialDecoder(reader);
  let [unit, left] = [0, interval];
  const beginUnit = () => {
    if (interval > 0 && left-- === 0) {
      reader.restart();
      decoder.restart();
      left = interval - 1;
    }
    unit++;
  };
  if (parts.length === 1) {
    const [part] = parts;
    const { columns, rows, stride } = part.component;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        beginUnit();
        decoder.decode(part, 0, 64 * (row * stride + column));
      }
    }
  } else {
    for (let row = 0; row < frame.unitRows; row++) {
      for (let column = 0; column < frame.unitColumns; column++) {
        beginUnit();
        parts.forEach((part, index) => decodeUnit(part, index, row, column, decoder.decode));
      }
    }
  }
  reader.finish();
  if (interval > 0) reader.checkNoInterval();
  if (kind.first === 0 && !kind.refines && reader.hasData) checkNoSurplus(frame, parts, decoder.decode, reader);
}

/**
 * Checks that what is left of a scan's data is not a row or a column of units, whose picture is larger than the header says. Less, or what
 * does not decode to its last byte, may be what some cameras and editors leave behind a scan.
 *
 * @throws {Error} If it is that much.
 */
function checkNoSurplus(frame: Frame, parts: readonly ScanPart[], decode: BlockDecoder, reader: BitReader): void {
  const spare = parts.map((part): ScanPart => ({ ...part, coefficients: new Int16Array(64) }));
  const [{ component }] = parts;
  const least = parts.length === 1
    ? Math.min(component.columns, component.rows)
    : Math.min(frame.unitColumns, frame.unitRows);
  const blocks = parts.map(({ component: { h, v } }) => parts.length === 1 ? 1 : h * v);
  let units = 0;
  try {
    for (; !reader.isAtLastBits; units++) {
      spare.forEach((part, index) => {
        for (let block = 0; block < blocks[index]; block++) decode(part, index, 0);
      });
      reader.finish();
    }
  } catch {
    return;
  }
  if (units < least) return;
  throw damagedJpeg(reader.name, `more data in a scan than ${frame.width}×${frame.height} pixels have`);
}

/** Decodes the blocks of one component in one unit of an interleaved scan. */
function decodeUnit(part: ScanPart, index: number, row: number, column: number, decode: BlockDecoder): void {
  const { h, v, stride } = part.component;
  for (let y = 0; y < v; y++) {
    for (let x = 0; x < h; x++) decode(part, index, 64 * ((row * v + y) * stride + column * h + x));
  }
}

/** Decodes DC coefficients as differences from the block before. */
class DcReader {
  readonly #last = new Int32Array(4);

  constructor(readonly reader: BitReader) {}

  restart(): void {
    this.#last.fill(0);
  }

  next(table: HuffmanTable, index: number): number {
    const length = this.reader.symbol(table);
    if (length > 15) throw damagedJpeg(this.reader.name, "a brightness of more than 15 bits");
    const value = this.#last[index] += length === 0 ? 0 : this.reader.coefficient(length);
    if (value !== value << 16 >> 16) throw damagedJpeg(this.reader.name, "a brightness of more than 16 bits");
    return value;
  }
}

/** A sequential scan holds all coefficients of its blocks (ITU-T T.81, F.2.2). */
function sequentialDecoder(reader: BitReader): { decode: BlockDecoder; restart: () => void } {
  const dcs = new DcReader(reader);
  const decode: BlockDecoder = ({ coefficients, dc, ac }, index, at) => {
    coefficients[at] = dcs.next(dc!, index);
    for (let k = 1; k < 64; k++) {
      const code = reader.symbol(ac!);
      const length = code & 15;
      if (length === 0 && code < 0xf0) break;
      k += code >> 4;
      if (length === 0) continue;
      if (k > 63) throw damagedJpeg(reader.name, "a block of more than 64 coefficients");
      coefficients[at + ZIGZAG[k]] = reader.coefficient(length);
    }
  };
  return { decode, restart: () => dcs.restart() };
}

/** A progressive scan holds some coefficients, or one more bit of some (ITU-T T.81, G.1.2). */
function progressiveDecoder(kind: ScanKind, reader: BitReader): { decode: BlockDecoder; restart: () => void } {
  const { first, last, refines, low } = kind;
  if (first > 0) return refines ? refiningDecoder(first, last, low, reader) : bandDecoder(first, last, low, reader);
  const dcs = new DcReader(reader);
  const decode: BlockDecoder = refines
    ? ({ coefficients }, _, at) => {
      coefficients[at] |= reader.number(1) << low;
    }
    : ({ coefficients, dc }, index, at) => {
      coefficients[at] = dcs.next(dc!, index) << low;
    };
  return { decode, restart: () => dcs.restart() };
}

/** The first scan of a band of AC coefficients (ITU-T T.81, G.1.2.2). */
function bandDecoder(first: number, last: number, low: number, reader: BitReader) {
  let emptyBlocks = 0;
  const decode: BlockDecoder = ({ coefficients, ac }, _, at) => {
    if (emptyBlocks > 0) {
      emptyBlocks--;
      return;
    }
    for (let k = first; k <= last; k++) {
      const code = reader.symbol(ac!);
      const [run, length] = [code >> 4, code & 15];
      if (length === 0 && run < 15) {
        emptyBlocks = (1 << run) - 1 + reader.number(run);
        break;
      }
      k += run;
      if (length === 0) continue;
      if (k > last) throw damagedJpeg(reader.name, "a block of more coefficients than its scan");
      coefficients[at + ZIGZAG[k]] = reader.coefficient(length) << low;
    }
  };
  return { decode, restart: () => void (emptyBlocks = 0) };
}

/** A further scan of a band of AC coefficients, which adds a bit to each (ITU-T T.81, G.1.2.3). */
function refiningDecoder(first: number, last: number, low: number, reader: BitReader) {
  const bit = 1 << low;
  let emptyBlocks = 0;
  /** Adds a bit to the coefficients from `k` on that are not 0, and returns the place of the zero behind `zeros` others. */
  const refine = (coefficients: Int16Array, at: number, k: number, zeros: number): number => {
    for (; k <= last; k++) {
      const place = at + ZIGZAG[k];
      const value = coefficients[place];
      if (value === 0) {
        if (zeros-- === 0) return k;
      } else if (reader.number(1) !== 0) {
        coefficients[place] = value < 0 ? value - bit : value + bit;
      }
    }
    return k;
  };
  const decode: BlockDecoder = ({ coefficients, ac }, _, at) => {
    let k = first;
    while (emptyBlocks === 0 && k <= last) {
      const code = reader.symbol(ac!);
      const [run, length] = [code >> 4, code & 15];
      if (length === 0 && run < 15) {
        emptyBlocks = (1 << run) + reader.number(run);
        break;
      }
      if (length > 1) throw damagedJpeg(reader.name, "a coefficient of more bits than its scan");
      const added = length === 0 ? 0 : reader.number(1) !== 0 ? bit : -bit;
      k = refine(coefficients, at, k, run);
      if (added !== 0) {
        if (k > last) throw damagedJpeg(reader.name, "a block of more coefficients than its scan");
        coefficients[at + ZIGZAG[k]] = added;
      }
      k++;
    }
    if (emptyBlocks > 0) {
      refine(coefficients, at, k, 64);
      emptyBlocks--;
    }
  };
  return { decode, restart: () => void (emptyBlocks = 0) };
}
