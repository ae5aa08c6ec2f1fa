/** One named array of parameters. */
export interface Segment {
  /** For instance `layers.0.weight`. Unique in a layout. */
  readonly name: string;
  /** `[outputs, inputs]` of a weight, `[outputs]` of a bias; row-major. */
  readonly shape: readonly number[];
  /** Without one a 2-D segment is a weight, a 1-D one a bias. */
  readonly role?: "weight" | "bias" | "table";
  /** Joins a weight with its bias: both name the same linear map. */
  readonly map?: string;
  /** Joins the maps of one layer, which lie together on the device: their weights stacked, then their biases. */
  readonly block?: string;
}

/** A segment with its place in the flat order and on the device (in entries). */
export interface PlacedSegment extends Segment {
  /** What it is; the default filled in. */
  readonly role: "weight" | "bias" | "table";
  /** First entry in the flat order. */
  readonly flat: number;
  /** Entries in the flat order: the product of `shape`. */
  readonly size: number;
  /** The segment seen as a matrix: the last dimension is the columns. */
  readonly rows: number;
  /** Size of the last dimension. */
  readonly columns: number;
  /** Columns on the device, padding included. */
  readonly stride: number;
  /** First entry on the device. */
  readonly deviceOffset: number;
  /** Entries on the device, padding included. */
  readonly deviceSize: number;
}

/** Widths on the device are multiples of this, so that kernels' tiles need no conditions; the padding is zero. */
const WIDTH_MULTIPLE = 16;

/** A width as it is on the device. */
export function padWidth(width: number): number {
  return Math.ceil(width / WIDTH_MULTIPLE) * WIDTH_MULTIPLE;
}

/** Blocks begin at multiples of 256 bytes, where a buffer may be bound. */
const BLOCK_MULTIPLE = 64;

/**
 * Where each parameter lies: in the flat order that people and files see (segments in their order, each row-major) and on
 * the device (padded). It is itself the list of its segments. Gradients, probes, products and optimizer state have the same
 * layout as the parameters.
 */
export class Layout extends Array<PlacedSegment> {
  /** Entries in the flat order. */
  readonly parameterCount: number;
  /** Entries on the device. */
  readonly deviceLength: number;

  /** Methods that derive lists give plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /**
   * Places the segments.
   *
   * @param segments A list of segments, or a plain length: one segment without structure.
   * @throws When a name repeats or a shape is not of positive whole numbers.
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

  /** The layout itself, or a new one of a list of segments or of a plain length. */
  static resolve(layout: Layout | readonly Segment[] | number): Layout {
    return layout instanceof Layout ? layout : new Layout(layout);
  }

  /** Whether every number has the same place, in the flat order and on the device, whatever the segments are called. */
  samePlaces(other: Layout): boolean {
    if (this === other) return true;
    return this.length === other.length && this.every(({ flat, rows, columns, deviceOffset }, i) => {
      const at = other[i];
      return at.flat === flat && at.rows === rows && at.columns === columns && at.deviceOffset === deviceOffset;
    });
  }

  /** From flat order to the device's. */
  pack(flat: ArrayLike<number>): Float32Array {
    if (flat.length !== this.parameterCount) {
      throw new Error(`vector: ${flat.length} numbers given, but the layout has ${this.parameterCount}.`);
    }
    const packed = new Float32Array(this.deviceLength);
    this.#each((from, to) => packed[to] = flat[from]);
    return packed;
  }

  /** From the device's order to the flat one. */
  unpack(packed: Float32Array): Float32Array {
    const flat = new Float32Array(this.parameterCount);
    this.#each((to, from) => flat[to] = packed[from]);
    return flat;
  }

  #each(visit: (flat: number, device: number) => void): void {
    for (const { flat, rows, columns, stride, deviceOffset } of this) {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) visit(flat + r * columns + c, deviceOffset + r * stride + c);
      }
    }
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
