import type { BufferLike } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { biasSum } from "./bias.ts";
import { STRAIGHT_COLUMNS, STRAIGHT_DEPTH, type StraightFamily } from "./family.ts";
import { type Activate, activationUniforms, type Derive } from "./epilogue.ts";
import { type MatmulShape, type PartialPlace, ROW_BLOCK } from "./shape.ts";
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
  readonly place?: PartialPlace;
  /** Which of the place's splits z = 0 writes. */
  readonly firstSplit?: number;
  readonly activate?: Activate;
  readonly derive?: Derive;
}

function record(gpu: Gpu, pass: Pass): void {
  const { family, a, b, c, init, rows, columns, depth, place, firstSplit = 0, activate, derive } = pass;
  const splits = place?.splits ?? 1;
  const buffers: Record<string, BufferLike> = { a, b, c, init: init ?? b };
  if (activate !== undefined) buffers.activated = activate.a;
  if (derive !== undefined) buffers.below = derive.below;
  const activation = (activate ?? derive)?.activation;
  const epilogue = {
    activate: activate !== undefined,
    derive: derive !== undefined,
    ...activation === undefined ? { fused: false } : { fused: true, activation: activation.text! },
  };
  gpu.dispatch(
    gpu.kernel(source, { ...epilogue, quads: STRAIGHT_COLUMNS[family] / 4, depth, vectors: depth / 4 }),
    buffers,
    {
      rows,
      a_offset: pass.aOffset ?? 0,
      a_stride: pass.aStride,
      a_step: place === undefined ? 0 : depth / 4,
      b_offset: pass.bOffset ?? 0,
      b_stride: pass.bStride,
      b_step: place === undefined ? 0 : depth * pass.bStride,
      b_transposed: pass.bTransposed,
      has_init: init === undefined ? 0 : 1,
      init_stride: pass.initStride ?? 0,
      c_offset: place === undefined ? 0 : place.offset + firstSplit * place.stride,
      c_stride: columns / 4,
      c_step: place?.stride ?? 0,
      real: activate?.real ?? 0,
      ...activationUniforms(activation),
    },
    [columns / STRAIGHT_COLUMNS[family], Math.ceil(rows / ROW_BLOCK), splits],
    2 * rows * columns * depth * splits,
  );
}

/** Passes of a product of so many terms; more than one needs a scratch matrix. */
export function straightPasses(depth: number, terms: number): number {
  return Math.ceil(depth / STRAIGHT_DEPTH) * terms;
}

/** The terms in passes of at most DEPTH along k, each starting from the one before, by turns in `c` and `scratch`. */
function chain(
  gpu: Gpu,
  family: StraightFamily,
  terms: readonly { a: BufferLike; b: BufferLike }[],
  bTransposed: 0 | 1,
  bias: BufferLike | undefined,
  c: BufferLike,
  scratch: BufferLike | undefined,
  { rows, columns, depth }: { rows: number; columns: number; depth: number },
  epilogue: { activate?: Activate; derive?: Derive } = {},
): void {
  let left = straightPasses(depth, terms.length);
  let init = bias;
  let initStride = 0;
  for (const { a, b } of terms) {
    for (let first = 0; first < depth; first += STRAIGHT_DEPTH) {
      left--;
      const to = left % 2 === 0 ? c : scratch!;
      record(gpu, {
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
        ...left === 0 && epilogue,
      });
      init = to;
      initStride = columns / 4;
    }
  }
}

/** Z = Σ X Wᵀ + b, and A = a(Z) if asked for, by `matmul_straight.wgsl`. */
export function straightForward(
  gpu: Gpu,
  family: StraightFamily,
  terms: readonly { x: BufferLike; w: BufferLike }[],
  bias: BufferLike,
  z: BufferLike,
  { rows, outputs: columns, inputs: depth }: MatmulShape,
  scratch?: BufferLike,
  activate?: Activate,
): void {
  const operands = terms.map(({ x, w }) => ({ a: x, b: w }));
  chain(gpu, family, operands, 0, bias, z, scratch, { rows, columns, depth }, { activate });
}

/** X̄ = Σ Z̄ W, times a′ of the layer below if asked for, by `matmul_straight.wgsl`. */
export function straightAdjoint(
  gpu: Gpu,
  family: StraightFamily,
  terms: readonly { z: BufferLike; w: BufferLike }[],
  x: BufferLike,
  { rows, inputs: columns, outputs: depth }: MatmulShape,
  scratch?: BufferLike,
  derive?: Derive,
): void {
  const operands = terms.map(({ z, w }) => ({ a: z, b: w }));
  chain(gpu, family, operands, 1, undefined, x, scratch, { rows, columns, depth }, { derive });
}

/**
 * W̄ = Z̄ᵀ X by `matmul_straight.wgsl`, and b̄ = Σₙ Z̄. Terms do not add up in place: term t fills the splits from
 * t·place.splits on.
 *
 * @param terms zTransposed: Z̄ᵀ, [outputs, rows].
 */
export function straightWeight(
  gpu: Gpu,
  family: StraightFamily,
  terms: readonly { z: BufferLike; zTransposed: BufferLike; x: BufferLike }[],
  partials: BufferLike,
  shape: MatmulShape,
  place: PartialPlace,
): void {
  const { rows, outputs, inputs } = shape;
  terms.forEach(({ zTransposed, x }, t) => {
    record(gpu, {
      family,
      a: zTransposed,
      b: x,
      c: partials,
      rows: outputs,
      columns: inputs,
      depth: place.rowsPerSplit,
      aStride: rows / 4,
      bStride: inputs / 4,
      bTransposed: 1,
      place,
      firstSplit: t * place.splits,
    });
  });
  biasSum(gpu, terms[0].z, partials, shape, place);
}
