import type { BufferLike, DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { MatrixView } from "./matrix_view.ts";
import text from "../../wgsl/products.wgsl" with { type: "text" };

/** One product C ← α op(A) op(B) + β D. */
export interface ProductJob {
  readonly a: MatrixView;
  readonly b: MatrixView;
  readonly c: MatrixView;
  /** Where D lies; where C does by default. */
  readonly d?: MatrixView;
}

/** What the products of one dispatch have in common. */
export interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** The results are symmetric: half of each is computed, the rest mirrored. */
  readonly symmetric?: boolean;
  /** op(B) is upper triangular: what is 0 is left out. */
  readonly upperB?: boolean;
}

/** Where the operands of a dispatch lie. C may be none of the others, except D by leaving `d` out. */
export interface ProductBuffers {
  readonly a: BufferLike;
  readonly b: BufferLike;
  readonly c: BufferLike;
  /** D; C itself by default. */
  readonly d?: BufferLike;
}

const source = { name: "products", text };
const TILE = { rows: 16, columns: 8 };

/** Set in a tile's job number; see `products.wgsl`. */
const MIRRORED = 2 ** 31;

/**
 * Matrix products that are recorded as one dispatch, however many and of whatever shapes (`products.wgsl`). On the software
 * adapter it reaches what the fields' own products do with mirrored operands: about 10 GFLOP/s a core.
 */
export class Products implements Disposable {
  readonly #table: DeviceBuffer;
  readonly #tiles: number;
  readonly #flops: number;

  constructor(readonly gpu: Gpu, readonly jobs: readonly ProductJob[], readonly options: ProductOptions = {}) {
    const { transposeA = false, transposeB = false, symmetric = false, upperB = false } = options;
    const places: number[] = [];
    const tiles: number[] = [];
    let flops = 0;
    jobs.forEach(({ a, b, c, d = c }, job) => {
      const depth = transposeA ? a.rows : a.columns;
      const shapes = [[transposeA ? a.columns : a.rows, c.rows], [transposeB ? b.rows : b.columns, c.columns]];
      shapes.push([transposeB ? b.columns : b.rows, depth], [d.rows, c.rows], [d.columns, c.columns]);
      if (shapes.some(([one, other]) => one !== other)) {
        throw new Error(`products: shapes do not fit: ${JSON.stringify({ a, b, c, d, options })}.`);
      }
      places.push(...[a.offset, a.stride, b.offset, b.stride, c.offset, c.stride, d.offset, d.stride]);
      for (let row = 0; row < c.rows; row += TILE.rows) {
        for (let column = 0; column < c.columns; column += TILE.columns) {
          if (symmetric && column >= row + TILE.rows) break;
          const end = upperB ? Math.min(depth, column + TILE.columns) : depth;
          const mirrored = symmetric && column + TILE.columns <= row;
          tiles.push(mirrored ? job + MIRRORED : job, row, column / 4, end / 4);
          flops += 2 * TILE.rows * TILE.columns * end;
        }
      }
    });
    this.#tiles = tiles.length / 4;
    this.#flops = flops;
    const words = Uint32Array.from([...places.map((entries) => entries / 4), ...tiles]);
    this.#table = gpu.buffer("products", words.byteLength);
    gpu.write(this.#table, words);
  }

  /** Records the products. Without jobs it does nothing. */
  record(buffers: ProductBuffers, alpha = 1, beta = 0): void {
    if (this.#tiles === 0) return;
    const { transposeA = false, transposeB = false } = this.options;
    const { a, b, c, d } = buffers;
    const added = beta !== 0 && d !== undefined ? 1 : 0;
    const kept = beta !== 0 && d === undefined ? 1 : 0;
    const kernel = this.gpu.kernel(source, {
      transpose_a: transposeA ? 1 : 0,
      transpose_b: transposeB ? 1 : 0,
      kept,
      fresh: 1 - kept,
      added,
    });
    this.gpu.dispatch(
      kernel,
      { a, b, c, ...(added === 1 && { d }), table: this.#table },
      { jobs: this.jobs.length, tiles: this.#tiles, alpha, beta },
      linearGroups(this.#tiles, 32),
      this.#flops,
    );
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#table[Symbol.dispose]();
  }
}
