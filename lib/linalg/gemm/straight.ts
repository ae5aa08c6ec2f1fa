import type { BufferLike } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { STRAIGHT_COLUMNS, STRAIGHT_DEPTH, type StraightFamily } from "./family.ts";
import { type Activate, type Derive, epilogueOf } from "./epilogue.ts";
import type { AdjointProduct, ForwardProduct } from "./layer_product.ts";
import { ROW_BLOCK } from "./shape.ts";
import text from "../../../wgsl/linalg/gemm/matmul_straight.wgsl" with { type: "text" };

const source = { name: "matmul_straight", text };

/** One pass: C = I + A B over a part of the depth; strides and offsets in vec4s. */
interface Pass {
  readonly family: StraightFamily;
  readonly a: BufferLike;
  readonly b: BufferLike;
  readonly c: BufferLike;
  readonly init?: BufferLike;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly aOffset?: number;
  readonly aStride: number;
  readonly bOffset?: number;
  readonly bStride: number;
  readonly bTransposed: 0 | 1;
  readonly initStride?: number;
  readonly activate?: Activate;
  readonly derive?: Derive;
}

function recordPass(gpu: Gpu, pass: Pass): void {
  const { family, a, b, c, init, rows, columns, depth } = pass;
  const { values, buffers, uniforms, part } = epilogueOf(pass);
  gpu.dispatch(
    gpu.kernel(source, { ...values, quads: STRAIGHT_COLUMNS[family] / 4, depth, pairs: depth / 8 }, part),
    { a, b, c, init: init ?? b, ...buffers },
    {
      a_offset: pass.aOffset ?? 0,
      a_stride: pass.aStride,
      b_offset: pass.bOffset ?? 0,
      b_stride: pass.bStride,
      b_transposed: pass.bTransposed,
      has_init: init === undefined ? 0 : 1,
      init_stride: pass.initStride ?? 0,
      c_stride: columns / 4,
      ...uniforms,
    },
    [columns / STRAIGHT_COLUMNS[family], rows / ROW_BLOCK],
    2 * rows * columns * depth,
  );
}

/** Passes of a product of so many terms; more than one needs a scratch matrix. */
export function straightPasses(depth: number, terms: number): number {
  return Math.ceil(depth / STRAIGHT_DEPTH) * terms;
}

/** A product whose sum along k is cut into passes. */
interface StraightProduct extends Pick<Pass, "rows" | "columns" | "depth" | "bTransposed" | "activate" | "derive"> {
  readonly terms: readonly { readonly a: BufferLike; readonly b: BufferLike }[];
  readonly bias?: BufferLike;
  readonly c: BufferLike;
  /** Needed for more than one pass. */
  readonly scratch?: BufferLike;
}

/** Records passes of at most `STRAIGHT_DEPTH` along k, each starting from the result of the one before, by turns in `c` and `scratch`. */
function recordPasses(gpu: Gpu, family: StraightFamily, product: StraightProduct): void {
  const { terms, bias, c, scratch, rows, columns, depth, bTransposed, activate, derive } = product;
  let left = straightPasses(depth, terms.length);
  let init = bias;
  let initStride = 0;
  for (const { a, b } of terms) {
    for (let first = 0; first < depth; first += STRAIGHT_DEPTH) {
      left--;
      const to = left % 2 === 0 ? c : scratch!;
      recordPass(gpu, {
        family,
        a,
        b,
        c: to,
        init,
        initStride,
        rows,
        columns,
        depth: Math.min(STRAIGHT_DEPTH, depth - first),
        aOffset: first / 4,
        aStride: depth / 4,
        bOffset: bTransposed === 1 ? first * columns / 4 : first / 4,
        bStride: (bTransposed === 1 ? columns : depth) / 4,
        bTransposed,
        ...left === 0 && { activate, derive },
      });
      init = to;
      initStride = columns / 4;
    }
  }
}

/** Z = Σ X Wᵀ + b, and A = a(Z) if asked for, by `matmul_straight.wgsl`. */
export function straightForward(gpu: Gpu, family: StraightFamily, product: ForwardProduct): void {
  const { bias, z, shape: { rows, outputs, inputs }, scratch, activate } = product;
  const terms = product.terms.map(({ x, w }) => ({ a: x, b: w }));
  recordPasses(gpu, family, {
    terms,
    bias,
    c: z,
    scratch,
    rows,
    columns: outputs,
    depth: inputs,
    bTransposed: 0,
    activate,
  });
}

/** X̄ = Σ Z̄ W, times a′ of the layer below if asked for, by `matmul_straight.wgsl`. */
export function straightAdjoint(
  gpu: Gpu,
  family: StraightFamily,
  product: AdjointProduct & { readonly scratch: BufferLike },
): void {
  const { x, shape: { rows, outputs, inputs }, scratch, derive } = product;
  const terms = product.terms.map(({ z, w }) => ({ a: z, b: w }));
  recordPasses(gpu, family, { terms, c: x, scratch, rows, columns: inputs, depth: outputs, bTransposed: 1, derive });
}
