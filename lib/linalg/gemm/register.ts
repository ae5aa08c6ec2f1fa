import type { BufferLike } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { linearGroups } from "../../gpu/groups.ts";
import { activationUniforms, filledPart, fusionValues } from "./epilogue.ts";
import { REGISTER_COLUMNS, type RegisterFamily } from "./family.ts";
import type { AdjointProduct, ForwardProduct, WeightProduct } from "./layer_product.ts";
import { flopsOf } from "./shape.ts";
import adjointText from "../../../wgsl/linalg/gemm/matmul_adjoint.wgsl" with { type: "text" };
import forwardText from "../../../wgsl/linalg/gemm/matmul_forward.wgsl" with { type: "text" };
import weightText from "../../../wgsl/linalg/gemm/matmul_weight.wgsl" with { type: "text" };

/** Rows of the result in an invocation's tile, as the texts have them. */
const TILE_ROWS = 16;
const forwardSource = { name: "matmul_forward", text: forwardText };
const adjointSource = { name: "matmul_adjoint", text: adjointText };
const weightSource = { name: "matmul_weight", text: weightText };

/** The tile, as the texts know it. */
function tileOf(family: RegisterFamily) {
  const columns = REGISTER_COLUMNS[family];
  return { tile_columns: columns, tile_vectors: columns / 4 };
}

/** Z = Σ X Wᵀ + b, and A = a(Z) if asked for, by `matmul_forward.wgsl`. */
export function registerForward(gpu: Gpu, family: RegisterFamily, product: ForwardProduct): void {
  const { terms, bias, z, shape, activate } = product;
  const buffers: Record<string, BufferLike> = activate === undefined ? { bias, z } : { bias, z, a: activate.a };
  terms.forEach(({ x, w }, t) => Object.assign(buffers, { [`x${t}`]: x, [`w${t}`]: w }));
  const tile = tileOf(family);
  const tiles = shape.rows / TILE_ROWS * (shape.outputs / tile.tile_columns);
  gpu.dispatch(
    gpu.kernel(
      forwardSource,
      { ...tile, terms: terms.length, ...fusionValues(activate?.activation) },
      filledPart(activate?.activation),
    ),
    buffers,
    {
      rows: shape.rows,
      outputs: shape.outputs,
      inputs: shape.inputs,
      real: activate?.real ?? 0,
      ...activationUniforms(activate?.activation),
    },
    linearGroups(tiles, 32),
    flopsOf(shape, terms.length),
  );
}

/** X̄ = Σ Z̄ W, times a′ of the layer below if asked for, by `matmul_adjoint.wgsl`. */
export function registerAdjoint(gpu: Gpu, family: RegisterFamily, product: AdjointProduct): void {
  const { terms, x, shape, derive } = product;
  const buffers: Record<string, BufferLike> = derive === undefined ? { x } : { x, below: derive.below };
  terms.forEach(({ z, w }, t) => Object.assign(buffers, { [`z${t}`]: z, [`w${t}`]: w }));
  const tile = tileOf(family);
  const tiles = shape.rows / TILE_ROWS * (shape.inputs / tile.tile_columns);
  gpu.dispatch(
    gpu.kernel(
      adjointSource,
      { ...tile, terms: terms.length, ...fusionValues(derive?.activation) },
      filledPart(derive?.activation),
    ),
    buffers,
    {
      rows: shape.rows,
      outputs: shape.outputs,
      inputs: shape.inputs,
      ...activationUniforms(derive?.activation),
    },
    linearGroups(tiles, 32),
    flopsOf(shape, terms.length),
  );
}

/** Rows of the batch that a weight product takes at a time. Twice as many would make the text of the large blocks exceed instruction caches. */
const ROWS_AT_ONCE: Readonly<Record<RegisterFamily, number>> = { register: 4, wide: 2 };

/** W̄ = Σ Z̄ᵀ X and b̄ = Σₙ Z̄ by `matmul_weight.wgsl`. */
export function registerWeight(gpu: Gpu, family: RegisterFamily, product: WeightProduct): void {
  const { terms, partials, shape, place } = product;
  const buffers: Record<string, BufferLike> = { partials };
  terms.forEach(({ z, x }, t) => Object.assign(buffers, { [`z${t}`]: z, [`x${t}`]: x }));
  const tile = tileOf(family);
  const tiles = shape.outputs / TILE_ROWS * (shape.inputs / tile.tile_columns);
  gpu.dispatch(
    gpu.kernel(weightSource, { ...tile, terms: terms.length, rows_at_once: ROWS_AT_ONCE[family] }),
    buffers,
    {
      rows: shape.rows,
      rows_per_split: place.rowsPerSplit,
      outputs: shape.outputs,
      inputs: shape.inputs,
      offset: place.offset,
      stride: place.stride,
    },
    [Math.ceil(tiles / 32), place.splits],
    flopsOf(shape, terms.length),
  );
}
