import { damagedJpeg, type Segment } from "./segments.ts";

/** A component of a frame: one plane of blocks of 8×8 coefficients. */
export interface Component {
  /** Its name in the file, to which scans refer. */
  readonly id: number;
  /** Horizontal sampling factor, 1 to 4. */
  readonly h: number;
  /** Vertical sampling factor, 1 to 4. */
  readonly v: number;
  /** The number of its quantisation table. */
  readonly table: number;
  /** The blocks of a row that hold pixels. */
  readonly columns: number;
  /** The rows of blocks that hold pixels. */
  readonly rows: number;
  /** All blocks of a row, a whole number of units of an interleaved scan. */
  readonly stride: number;
  /** All rows of blocks. */
  readonly height: number;
}

/** What the start of frame says (ITU-T T.81, B.2.2). */
export interface Frame {
  /** Width as stored, in pixels; at least 1. */
  readonly width: number;
  /** Height as stored, in pixels; at least 1. */
  readonly height: number;
  readonly progressive: boolean;
  readonly components: readonly Component[];
  /** The units (MCUs) of a row of an interleaved scan. */
  readonly unitColumns: number;
  /** The rows of units. */
  readonly unitRows: number;
}

const [SEQUENTIAL, EXTENDED, PROGRESSIVE, LOSSLESS_LS] = [0xc0, 0xc1, 0xc2, 0xf7];
/** They begin a hierarchical JPEG, and expand its frames. */
const [DHP, EXP] = [0xde, 0xdf];

/**
 * Whether a marker is a start of frame: C0 to CF except DHT (C4), JPG (C8) and DAC (CC), that of JPEG-LS, or one of a hierarchical
 * JPEG, which holds several frames.
 */
export function isFrame(marker: number): boolean {
  if ([DHP, EXP, LOSSLESS_LS].includes(marker)) return true;
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/**
 * Reads a start of frame.
 *
 * @throws {Error} If the JPEG is of a kind that is not read: lossless, hierarchical, arithmetic-coded, or not of 8 bits and 1, 3 or 4
 * components.
 */
export function readFrame({ marker, content }: Segment, name: string): Frame {
  const kinds = [SEQUENTIAL, EXTENDED, PROGRESSIVE];
  if (!kinds.includes(marker)) {
    throw new Error(
      `${name}: expected a JPEG of the baseline, extended or progressive kind, found ${kindOf(marker)}; ` +
        `save it again as a usual JPEG or as PNG.`,
    );
  }
  const [precision, , , , , count] = content;
  const [height, width] = [content[1] << 8 | content[2], content[3] << 8 | content[4]];
  if (content.length < 6 || content.length < 6 + 3 * count) {
    throw damagedJpeg(name, "a start of frame that is too short");
  }
  if (precision !== 8) {
    throw new Error(`${name}: expected a JPEG of 8 bits per sample, found ${precision}; save it again with 8 bits.`);
  }
  if (![1, 3, 4].includes(count)) {
    throw new Error(`${name}: expected a JPEG of 1, 3 or 4 components, found ${count}.`);
  }
  if (width === 0 || height === 0) {
    throw new Error(`${name}: expected a JPEG of at least 1×1 pixels, found ${width}×${height} in its header.`);
  }
  const described = Array.from({ length: count }, (_, i) => {
    const [id, factors, table] = content.subarray(6 + 3 * i);
    return { id, h: factors >> 4, v: factors & 15, table };
  });
  for (const { h, v } of described) {
    if (![h, v].every((factor) => factor >= 1 && factor <= 4)) throw damagedJpeg(name, `sampling factors ${h}×${v}`);
  }
  return frameOf(width, height, marker === PROGRESSIVE, described);
}

function frameOf(
  width: number,
  height: number,
  progressive: boolean,
  described: readonly Pick<Component, "id" | "h" | "v" | "table">[],
): Frame {
  const [across, down] = [Math.max(...described.map(({ h }) => h)), Math.max(...described.map(({ v }) => v))];
  const [unitColumns, unitRows] = [Math.ceil(width / (8 * across)), Math.ceil(height / (8 * down))];
  const components = described.map(({ id, h, v, table }) => ({
    ...{ id, h, v, table },
    columns: Math.ceil(Math.ceil(width * h / across) / 8),
    rows: Math.ceil(Math.ceil(height * v / down) / 8),
    stride: unitColumns * h,
    height: unitRows * v,
  }));
  return { width, height, progressive, components, unitColumns, unitRows };
}

function kindOf(marker: number): string {
  if (marker === LOSSLESS_LS) return "JPEG-LS";
  if (marker === DHP || marker === EXP) return "a hierarchical one";
  if (marker >= 0xc9) return `an arithmetic-coded one (frame type ${marker - 0xc0})`;
  return marker === 0xc3 ? "a lossless one (frame type 3)" : `a hierarchical one (frame type ${marker - 0xc0})`;
}
