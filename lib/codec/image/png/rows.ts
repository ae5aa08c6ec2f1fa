import { InflateError } from "../../runtime/inflate.ts";
import { inflate } from "../../runtime/zlib.ts";
import { damagedPng, type Png, type PngHeader } from "./read_png.ts";

/** A part of a PNG's pixels whose rows are stored together: all of them, or a pass of Adam7 (PNG specification, 8). */
interface Pass {
  /** The first column. */
  readonly x: number;
  /** The first row. */
  readonly y: number;
  /** The distance of its columns. */
  readonly across: number;
  /** The distance of its rows. */
  readonly down: number;
  /** The number of its columns; at least 1. */
  readonly width: number;
  /** The number of its rows; at least 1. */
  readonly height: number;
  /** The bytes of a row, without the filter. */
  readonly rowBytes: number;
}

/** The samples of a pixel for each colour type. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The first column and row of the passes of Adam7, and the distances of columns and rows. */
const ADAM7 = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];

/** The largest compression ratio of deflate (RFC 1951: two bits can stand for 258 bytes). */
const MAX_RATIO = 1032;

/** The number of samples of a pixel. */
export function samplesOf({ colourType }: PngHeader): number {
  return SAMPLES[colourType];
}

/** The passes of a PNG that have pixels. */
export function passesOf(header: PngHeader): Pass[] {
  const { width, height, depth, interlaced } = header;
  return (interlaced ? ADAM7 : [[0, 0, 1, 1]]).map(([x, y, across, down]) => {
    const columns = Math.ceil((width - x) / across);
    const rowBytes = Math.ceil(columns * samplesOf(header) * depth / 8);
    return { x, y, across, down, width: columns, height: Math.ceil((height - y) / down), rowBytes };
  }).filter(({ width, height }) => width > 0 && height > 0);
}

/**
 * Decompresses the rows of a PNG. No more is decompressed than the header tells.
 *
 * @returns The rows of all passes one after another, each behind the number of its filter.
 * @throws {Error} If the data are damaged, there are fewer or more rows, or other data follow them.
 */
export function inflateRows({ header, data }: Png, name: string): Uint8Array {
  const expected = passesOf(header).reduce((sum, { height, rowBytes }) => sum + height * (1 + rowBytes), 0);
  const rows = `${header.width}×${header.height} pixels take ${expected} bytes`;
  if (expected > MAX_RATIO * data.length) {
    throw new Error(
      `${name}: the PNG is damaged: its ${rows}, but ${data.length} compressed bytes cannot hold as many.`,
    );
  }
  let found: Uint8Array, used: number;
  try {
    // One chunk with room for one byte more is filled at once, and the end of the data is seen.
    const chunk = Math.max(64, expected + 1);
    ({ content: found, used } = inflate(data, { format: "zlib", limit: expected, chunk }));
  } catch (cause) {
    if (cause instanceof InflateError && cause.reason === "too large") {
      throw new Error(`${name}: the PNG is damaged: its ${rows}, but it has more.`, { cause });
    }
    throw damagedPng(name, "compressed data that end early or have a wrong checksum");
  }
  if (found.length !== expected) {
    throw new Error(`${name}: the PNG is damaged: its ${rows}, but it has ${found.length}.`);
  }
  if (used < data.length) throw damagedPng(name, `${data.length - used} bytes behind its compressed rows`);
  return found;
}

/**
 * Undoes the filter of a row in place (PNG specification, 9).
 *
 * @param rows All rows; those before are without their filter already.
 * @param at The position of the row's first byte, which is behind the number of its filter.
 * @param row.length The bytes of the row.
 * @param row.pixel The bytes of a pixel, at least 1.
 * @param row.isFirst Whether no row of the same pass is before it.
 * @param row.name The file's name, for error messages.
 */
export function undoFilter(
  rows: Uint8Array,
  at: number,
  { length, pixel, isFirst, name }: {
    readonly length: number;
    readonly pixel: number;
    readonly isFirst: boolean;
    readonly name: string;
  },
): void {
  const filter = rows[at - 1];
  if (filter > 4) throw damagedPng(name, `the row filter ${filter}`);
  const end = at + length;
  if (filter === 1) {
    for (let i = at + pixel; i < end; i++) rows[i] += rows[i - pixel];
  } else if (filter === 2 && !isFirst) {
    const above = length + 1;
    for (let i = at; i < end; i++) rows[i] += rows[i - above];
  } else if (filter === 3) {
    undoAverage(rows, at, end, pixel, isFirst ? 0 : length + 1);
  } else if (filter === 4) {
    undoPaeth(rows, at, end, pixel, isFirst ? 0 : length + 1);
  }
}

/** Adds the mean of the left and the upper byte; `above` is how far before a byte the one above it is, 0 in the first row. */
function undoAverage(rows: Uint8Array, at: number, end: number, pixel: number, above: number): void {
  for (let i = at; i < end; i++) {
    const left = i < at + pixel ? 0 : rows[i - pixel];
    const up = above === 0 ? 0 : rows[i - above];
    rows[i] += left + up >> 1;
  }
}

/** Adds the left, the upper or the byte before the upper one, whichever is nearest to left + upper − corner. */
function undoPaeth(rows: Uint8Array, at: number, end: number, pixel: number, above: number): void {
  if (above === 0) {
    for (let i = at + pixel; i < end; i++) rows[i] += rows[i - pixel];
    return;
  }
  const first = Math.min(end, at + pixel);
  for (let i = at; i < first; i++) rows[i] += rows[i - above];
  for (let i = first; i < end; i++) {
    const left = rows[i - pixel];
    const up = rows[i - above];
    const corner = rows[i - above - pixel];
    const toLeft = Math.abs(up - corner);
    const toUp = Math.abs(left - corner);
    const toCorner = Math.abs(left + up - 2 * corner);
    rows[i] += toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
  }
}
