import type { BufferLike } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { type Activate, type Derive, epilogueOf } from "./epilogue.ts";
import { TILE_SIDES, type TileFamily } from "./family.ts";
import type { AdjointProduct, ForwardProduct, WeightProduct } from "./layer_product.ts";
import { flopsOf, type PartialPlace } from "./shape.ts";
import text from "../../../wgsl/linalg/gemm/matmul_tile.wgsl" with { type: "text" };

const source = { name: "matmul_tile", text };
/** Steps along k, and blocks of 4 × 4 entries along each side of what an invocation computes. */
const SHAPES: Readonly<Record<TileFamily, { readonly depth: number; readonly blocks: number }>> = {
  tile: { depth: 32, blocks: 1 },
  tile32: { depth: 32, blocks: 1 },
  tile128: { depth: 16, blocks: 2 },
};

interface TileProduct {
  readonly family: TileFamily;
  readonly terms: readonly { a: BufferLike; b: BufferLike }[];
  readonly aByK: boolean;
  readonly bByK: boolean;
  readonly bias?: BufferLike;
  readonly c: BufferLike;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly place?: PartialPlace;
  /** Whether the sums of A's rows are stored behind C. */
  readonly rowSums?: boolean;
  readonly activate?: Activate;
  readonly derive?: Derive;
}

function record(gpu: Gpu, product: TileProduct, flops: number): void {
  const { family, terms, aByK, bByK, bias, c, rows, columns, depth, place, rowSums = false } = product;
  const buffers: Record<string, BufferLike> = { c, bias: bias ?? terms[0].b };
  terms.forEach(({ a, b }, t) => Object.assign(buffers, { [`a${t}`]: a, [`b${t}`]: b }));
  const epilogue = epilogueOf(product);
  const side = TILE_SIDES[family];
  const values = {
    ...SHAPES[family],
    quads: side / 4,
    terms: terms.length,
    a_by_k: aByK,
    b_by_k: bByK,
    row_sums: rowSums,
    ...epilogue.values,
  };
  gpu.dispatch(
    gpu.kernel(source, values, epilogue.part),
    { ...buffers, ...epilogue.buffers },
    {
      rows,
      columns,
      depth,
      depth_per_split: place?.rowsPerSplit ?? depth,
      has_bias: bias === undefined ? 0 : 1,
      c_offset: place?.offset ?? 0,
      c_step: place?.stride ?? 0,
      ...epilogue.uniforms,
    },
    [Math.ceil(columns / side), Math.ceil(rows / side), place?.splits ?? 1],
    flops,
  );
}

/** Z = Σ X Wᵀ + b, and A = a(Z) if asked for, by `matmul_tile.wgsl`. */
export function tileForward(gpu: Gpu, family: TileFamily, product: ForwardProduct): void {
  const { terms, bias, z, shape, activate } = product;
  const { rows, outputs: columns, inputs: depth } = shape;
  const operands = terms.map(({ x, w }) => ({ a: x, b: w }));
  record(
    gpu,
    { family, terms: operands, aByK: false, bByK: false, bias, c: z, rows, columns, depth, activate },
    flopsOf(shape, terms.length),
  );
}

/** X̄ = Σ Z̄ W, times a′ of the layer below if asked for, by `matmul_tile.wgsl`. */
export function tileAdjoint(gpu: Gpu, family: TileFamily, product: AdjointProduct): void {
  const { terms, x, shape, derive } = product;
  const { rows, inputs: columns, outputs: depth } = shape;
  const operands = terms.map(({ z, w }) => ({ a: z, b: w }));
  record(
    gpu,
    { family, terms: operands, aByK: false, bByK: true, c: x, rows, columns, depth, derive },
    flopsOf(shape, terms.length),
  );
}

/** W̄ = Σ Z̄ᵀ X by `matmul_tile.wgsl`, and b̄ = Σₙ Z̄. */
export function tileWeight(gpu: Gpu, family: TileFamily, product: WeightProduct): void {
  const { terms, partials, shape, place } = product;
  const { rows: depth, outputs: rows, inputs: columns } = shape;
  const operands = terms.map(({ z, x }) => ({ a: z, b: x }));
  record(
    gpu,
    { family, terms: operands, aByK: true, bByK: true, c: partials, rows, columns, depth, place, rowSums: true },
    flopsOf(shape, terms.length),
  );
}
