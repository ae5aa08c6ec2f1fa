import { checkMember, type Member } from "../hyperparameter/members.ts";

/** One named array of parameters. */
export interface Segment {
  /** For instance `layers.0.weight`. Unique in a layout. */
  readonly name: string;
  /** `[outputs, inputs]` of a weight, `[outputs]` of a bias; row-major. */
  readonly shape: readonly number[];
  /** What the segment is. By default a segment with one dimension is a bias, any other a weight. */
  readonly role?: "weight" | "bias" | "table";
  /** The linear map that the segment belongs to. A weight and its bias name the same map. */
  readonly map?: string;
  /**
   * The block that the segment belongs to. The maps of one layer name the same block. A block is contiguous on the device:
   * first all its weights, stacked, then all its biases.
   */
  readonly block?: string;
}

/** A segment with its place in the flat order and on the device. Places and sizes are in entries. */
export interface PlacedSegment extends Segment {
  /** What the segment is, with the default filled in. */
  readonly role: "weight" | "bias" | "table";
  /** First entry in the flat order. */
  readonly flat: number;
  /** Entries in the flat order: the product of `shape`. */
  readonly size: number;
  /** Rows of the segment as a matrix: the product of all dimensions of `shape` except the last. */
  readonly rows: number;
  /** Columns of the segment as a matrix: the last dimension of `shape`. */
  readonly columns: number;
  /** Columns on the device, padding included. */
  readonly stride: number;
  /** First entry on the device. */
  readonly deviceOffset: number;
  /** Entries on the device, padding included. */
  readonly deviceSize: number;
}

/**
 * Widths on the device are padded to multiples of this, so that kernels that work on tiles need not check the matrix's
 * bounds. The padding is zero.
 */
const WIDTH_MULTIPLE = 16;

/** A width with the padding that it has on the device: the next multiple of 16. */
export function padWidth(width: number): number {
  return Math.ceil(width / WIDTH_MULTIPLE) * WIDTH_MULTIPLE;
}

/** Blocks begin at multiples of this many entries, 256 bytes, because WebGPU can bind a part of a buffer only from there. */
const BLOCK_MULTIPLE = 64;

const PLACES: Member = {
  expected: "a layout such as field.layout, a list of segments or a number of entries",
  holds: (value) => Array.isArray(value) || typeof value === "number",
};

/**
 * Where each parameter is stored: in the flat order of host arrays and files (the segments one after the other, each
 * row-major), and on the device, with padding. A layout is itself the list of its segments. Gradients, probes, products and
 * optimizer state have the same layout as the parameters.
 */
export class Layout extends Array<PlacedSegment> {
  /** Entries in the flat order. */
  readonly parameterCount: number;
  /** Entries on the device. */
  readonly deviceLength: number;

  /** Makes array methods such as `map` and `filter` return plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /**
   * Chooses the place of each segment.
   *
   * @param segments A list of segments, or a number of entries, which makes one segment without structure.
   * @throws If a name repeats or a shape does not consist of positive whole numbers.
   */
  constructor(segments: readonly Segment[] | number) {
    super();
    const list = typeof segments === "number" ? [{ name: "all", shape: [segments] }] : segments;
    const blocks = new Map<string, Segment[]>();
    const flat = new Map<Segment, number>();
    let count = 0;
    for (const segment of list) {
      const { name, shape } = segment;
      if (shape.length === 0 || !shape.every((n) => Number.isInteger(n) && n > 0)) {
        throw new Error(`layout: segment ${name} has shape [${shape}]; positive whole numbers expected.`);
      }
      if (list.some((other) => other !== segment && other.name === name)) {
        throw new Error(`layout: two segments are called ${name}.`);
      }
      flat.set(segment, count);
      count += sizeOf(shape);
      const block = segment.block ?? segment.map ?? name;
      blocks.set(block, [...blocks.get(block) ?? [], segment]);
    }
    const placed = new Map<Segment, PlacedSegment>();
    let offset = 0;
    for (const members of blocks.values()) {
      offset = Math.ceil(offset / BLOCK_MULTIPLE) * BLOCK_MULTIPLE;
      for (const biases of [false, true]) {
        for (const segment of members) {
          const role = segment.role ?? (segment.shape.length === 1 ? "bias" : "weight");
          if ((role === "bias") !== biases) continue;
          const size = sizeOf(segment.shape);
          const columns = segment.shape[segment.shape.length - 1];
          const rows = size / columns;
          const stride = padWidth(columns);
          const deviceSize = stride * (role === "weight" ? padWidth(rows) : rows);
          const at = { flat: flat.get(segment)!, size, rows, columns, stride, deviceOffset: offset, deviceSize };
          placed.set(segment, { ...segment, role, ...at });
          offset += deviceSize;
        }
      }
    }
    for (const segment of list) this.push(placed.get(segment)!);
    this.parameterCount = count;
    this.deviceLength = Math.ceil(offset / BLOCK_MULTIPLE) * BLOCK_MULTIPLE;
  }

  /** A given layout as it is, or a new one for a list of segments or a number of entries. */
  static resolve(layout: Layout | readonly Segment[] | number): Layout {
    if (layout instanceof Layout) return layout;
    checkMember("layout", layout, PLACES);
    return new Layout(layout);
  }

  /** Whether every entry has the same place as in the other layout, in the flat order and on the device. Names may differ. */
  samePlaces(other: Layout): boolean {
    if (this === other) return true;
    return this.length === other.length && this.every(({ flat, rows, columns, deviceOffset }, i) => {
      const at = other[i];
      return at.flat === flat && at.rows === rows && at.columns === columns && at.deviceOffset === deviceOffset;
    });
  }

  /**
   * Converts numbers from flat order to the device's order; the padding becomes 0.
   *
   * @param flat [`parameterCount`] numbers.
   * @returns [`deviceLength`] numbers.
   * @throws If the length does not fit.
   */
  pack(flat: ArrayLike<number>): Float32Array {
    if (flat.length !== this.parameterCount) {
      throw new Error(`vector: ${flat.length} numbers given, but the layout has ${this.parameterCount}.`);
    }
    const packed = new Float32Array(this.deviceLength);
    const numbers = flat instanceof Float32Array ? flat : Float32Array.from(flat);
    this.#eachRow((from, to, columns) => packed.set(numbers.subarray(from, from + columns), to));
    return packed;
  }

  /** Converts numbers from the device's order, [`deviceLength`], to flat order, [`parameterCount`]. */
  unpack(packed: Float32Array): Float32Array {
    const flat = new Float32Array(this.parameterCount);
    this.#eachRow((to, from, columns) => flat.set(packed.subarray(from, from + columns), to));
    return flat;
  }

  /** Tells where each row of each segment begins, in flat order and on the device, and how many numbers it has. */
  #eachRow(visit: (flat: number, device: number, columns: number) => void): void {
    for (const { flat, rows, columns, stride, deviceOffset } of this) {
      for (let r = 0; r < rows; r++) visit(flat + r * columns, deviceOffset + r * stride, columns);
    }
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
