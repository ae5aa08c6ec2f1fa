/** JPEG files from coefficients, of all kinds that are read: any sampling, restarts, sequential or any script of progressive scans. */

import { segment } from "./jpeg_builder.ts";

export interface CoefficientPicture {
  width: number;
  height: number;
  /** The sampling factors of each component. */
  factors: [h: number, v: number][];
  /** For each component, 64 quantised coefficients of each block in zigzag order; all blocks of whole units, row by row. */
  coefficients: Int16Array[];
}

/** The components of a scan, its coefficients and the bits of them; `high` is 0 in the first scan of a coefficient. */
export interface Script {
  components: number[];
  first: number;
  last: number;
  high: number;
  low: number;
}

/** Counts of code lengths, and symbols in the order of their codes. */
export interface Code {
  counts: number[];
  symbols: number[];
}

export interface EncodeOptions {
  /** The scans of a progressive JPEG; without them, the JPEG is sequential. */
  scripts?: Script[];
  /** Whether the scans are those of a sequential JPEG, which hold all coefficients of some components. */
  sequential?: boolean;
  /** Units between restart markers. */
  interval?: number;
  /** The Huffman tables by slot; default a table of all symbols, some of whose codes are long. */
  codes?: Record<number, Code>;
  /** Whether to leave the Huffman tables out of the file. */
  bare?: boolean;
  /** Segments after the start of image. */
  segments?: number[][];
}

const ALL: Code = {
  counts: [0, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 128, 0, 0, 0, 0],
  symbols: Array.from({ length: 256 }, (_, i) => i),
};

/** The number of units of a row, the rows of units, and the blocks of a row of each component: with pixels, and of whole units. */
export function sizesOf({ width, height, factors }: Omit<CoefficientPicture, "coefficients">) {
  const [across, down] = [Math.max(...factors.map(([h]) => h)), Math.max(...factors.map(([, v]) => v))];
  const [unitColumns, unitRows] = [Math.ceil(width / across / 8), Math.ceil(height / down / 8)];
  const components = factors.map(([h, v]) => ({
    h,
    v,
    columns: Math.ceil(width * h / across / 8),
    rows: Math.ceil(height * v / down / 8),
    stride: unitColumns * h,
    blocks: unitColumns * h * unitRows * v,
  }));
  return { unitColumns, unitRows, components };
}

export function encodeCoefficients(picture: CoefficientPicture, options: EncodeOptions = {}): Uint8Array {
  const { width, height, factors } = picture;
  const { scripts, sequential = !scripts, interval = 0, codes = {}, bare = false, segments = [] } = options;
  const word = (value: number) => [value >> 8, value & 255];
  const all = factors.map((_, i) => i);
  const used = (slot: number) => codes[slot] ?? ALL;
  const slots = [0x00, 0x01, 0x10, 0x11];
  const parts = [
    [0xff, 0xd8],
    ...segments,
    segment(0xdb, [0, ...Array(64).fill(1)]),
    segment(sequential ? 0xc0 : 0xc2, [
      8,
      ...word(height),
      ...word(width),
      factors.length,
      ...factors.flatMap(([h, v], i) => [i + 1, h << 4 | v, 0]),
    ]),
    ...bare ? [] : slots.map((slot) => segment(0xc4, [slot, ...used(slot).counts, ...used(slot).symbols])),
    ...interval ? [segment(0xdd, word(interval))] : [],
  ];
  for (const script of scripts ?? [{ components: all, first: 0, last: 63, high: 0, low: 0 }]) {
    const { components, first, last, high, low } = script;
    const tables = components.flatMap((i) => [i + 1, i === 0 ? 0x00 : 0x11]);
    parts.push(segment(0xda, [components.length, ...tables, first, last, high << 4 | low]));
    parts.push(new ScanWriter(picture, script, !sequential, used, interval).write());
  }
  return Uint8Array.from([...parts.flat(), 0xff, 0xd9]);
}

class ScanWriter {
  #bytes: number[] = [];
  #bits = 0;
  #count = 0;
  #last = [0, 0, 0, 0];
  #empty = 0;
  /** Correction bits of the blocks without new coefficients. */
  #pending: number[] = [];
  #acSlot = 0;

  constructor(
    readonly picture: CoefficientPicture,
    readonly script: Script,
    readonly progressive: boolean,
    readonly codeOf: (slot: number) => Code,
    readonly interval: number,
  ) {}

  write(): number[] {
    const { components } = this.script;
    const sizes = sizesOf(this.picture);
    const alone = components.length === 1 ? sizes.components[components[0]] : undefined;
    const [rows, columns] = alone ? [alone.rows, alone.columns] : [sizes.unitRows, sizes.unitColumns];
    for (let unit = 0; unit < rows * columns; unit++) {
      if (this.interval && unit && unit % this.interval === 0) this.#restart(unit / this.interval - 1);
      const [row, column] = [Math.floor(unit / columns), unit % columns];
      for (const component of components) {
        const { h, v, stride } = sizes.components[component];
        const [across, down] = alone ? [1, 1] : [h, v];
        for (let y = 0; y < down; y++) {
          for (let x = 0; x < across; x++) {
            const at = 64 * ((row * down + y) * stride + column * across + x);
            this.#block(component, this.picture.coefficients[component].subarray(at, at + 64));
          }
        }
      }
    }
    this.#endRun();
    this.#pad();
    return this.#bytes;
  }

  #restart(number: number) {
    this.#endRun();
    this.#pad();
    this.#bytes.push(0xff, 0xd0 + number % 8);
    this.#last.fill(0);
  }

  #block(component: number, block: Int16Array) {
    const { first, last, high, low } = this.script;
    const [dcSlot, acSlot] = component === 0 ? [0x00, 0x10] : [0x01, 0x11];
    this.#acSlot = acSlot;
    if (first === 0 && high > 0) return this.#put(block[0] >> low & 1, 1);
    if (first === 0) {
      const difference = (block[0] >> low) - this.#last[component];
      this.#last[component] = block[0] >> low;
      this.#symbol(dcSlot, sizeOf(difference));
      this.#number(difference);
    }
    if (last === 0) return;
    if (high > 0) return this.#refine(block);
    let zeros = 0;
    for (let k = Math.max(1, first); k <= last; k++) {
      const value = Math.trunc(block[k] / 2 ** low);
      if (value === 0) {
        zeros++;
        continue;
      }
      this.#endRun();
      for (; zeros > 15; zeros -= 16) this.#symbol(acSlot, 0xf0);
      this.#symbol(acSlot, zeros << 4 | sizeOf(value));
      this.#number(value);
      zeros = 0;
    }
    if (zeros > 0) this.#empty++;
    if (!this.progressive || this.#empty === 0x7fff) this.#endRun();
  }

  #refine(block: Int16Array) {
    const { first, last, low } = this.script;
    const sizes = Array.from(block, (value) => Math.abs(value) >> low);
    const end = sizes.lastIndexOf(1, last);
    let [zeros, corrections] = [0, [] as number[]];
    const putCorrections = () => {
      for (const bit of corrections) this.#put(bit, 1);
      corrections = [];
    };
    for (let k = first; k <= last; k++) {
      if (sizes[k] === 0) {
        zeros++;
        continue;
      }
      for (; zeros > 15 && k <= end; zeros -= 16) {
        this.#endRun();
        this.#symbol(this.#acSlot, 0xf0);
        putCorrections();
      }
      if (sizes[k] > 1) {
        corrections.push(sizes[k] & 1);
        continue;
      }
      this.#endRun();
      this.#symbol(this.#acSlot, zeros << 4 | 1);
      this.#put(block[k] < 0 ? 0 : 1, 1);
      putCorrections();
      zeros = 0;
    }
    if (zeros === 0 && corrections.length === 0) return;
    this.#empty++;
    this.#pending.push(...corrections);
    if (this.#empty === 0x7fff) this.#endRun();
  }

  /** Writes how many blocks had no further coefficients, and their correction bits. */
  #endRun() {
    if (this.#empty === 0) return;
    const length = this.progressive ? Math.floor(Math.log2(this.#empty)) : 0;
    this.#symbol(this.#acSlot, length << 4);
    this.#put(this.#empty - 2 ** length, length);
    for (const bit of this.#pending) this.#put(bit, 1);
    [this.#empty, this.#pending] = [0, []];
  }

  #symbol(slot: number, symbol: number) {
    const { counts, symbols } = this.codeOf(slot);
    const index = symbols.indexOf(symbol);
    if (index < 0) throw new Error(`the table ${slot} has no symbol ${symbol}`);
    let [code, left, length] = [0, index, 1];
    for (; left >= counts[length - 1]; length++) {
      code = (code + counts[length - 1]) * 2;
      left -= counts[length - 1];
    }
    this.#put(code + left, length);
  }

  /** A coefficient's bits; negative ones are written as their complement. */
  #number(value: number) {
    const length = sizeOf(value);
    this.#put(value < 0 ? value + 2 ** length - 1 : value, length);
  }

  #put(value: number, length: number) {
    for (let bit = length - 1; bit >= 0; bit--) {
      this.#bits = this.#bits << 1 | value >> bit & 1;
      if (++this.#count < 8) continue;
      this.#bytes.push(this.#bits);
      if (this.#bits === 0xff) this.#bytes.push(0);
      [this.#bits, this.#count] = [0, 0];
    }
  }

  #pad() {
    while (this.#count > 0) this.#put(1, 1);
  }
}

function sizeOf(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1;
}
