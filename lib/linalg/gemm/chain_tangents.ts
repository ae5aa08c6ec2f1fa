import type { BufferLike, DeviceBuffer } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { mostLayersAtOnce, runsOf } from "./chain_tile.ts";
import { mostWeightLayers } from "./chain_weights.ts";
import { filledPart } from "./epilogue.ts";
import type { LayerChain } from "./layer_chain.ts";
import adjointText from "../../../wgsl/linalg/gemm/chain_adjoint_tangent.wgsl" with { type: "text" };
import forwardText from "../../../wgsl/linalg/gemm/chain_forward_tangent.wgsl" with { type: "text" };

const forwardSource = { name: "chain_forward_tangent", text: forwardText };
const adjointSource = { name: "chain_adjoint_tangent", text: adjointText };

/** What the kernels bind: two operands of the first product, parameters, direction and table; and each layer's matrices. */
const FORWARD_BINDINGS = { shared: 5, read: 1, written: 2 };
const ADJOINT_BINDINGS = { shared: 5, read: 3, written: 1 };

/** What both passes read. */
interface TangentPass {
  /** Vectors of the field's layout. */
  readonly parameters: DeviceBuffer;
  readonly direction: DeviceBuffer;
  readonly rows: number;
}

/** Matrices of a layer in the forward pass: [rows, outputs]; A and Ȧ of a linear layer are not used. */
interface TangentLayer {
  readonly z: DeviceBuffer;
  readonly a: DeviceBuffer;
  readonly zTangent: DeviceBuffer;
  readonly aTangent: DeviceBuffer;
}

/** Matrices of a layer below another in the backward pass: [rows, outputs]. */
interface AdjointTangentLayer {
  readonly z: DeviceBuffer;
  readonly zTangent: DeviceBuffer;
  /** Ā. */
  readonly valueAdjoint: DeviceBuffer;
  /** Z̄. */
  readonly adjoint: DeviceBuffer;
  /** Where R(Z̄) goes. */
  readonly adjointTangent: DeviceBuffer;
}

/** Whether the kernels for tangents of chains can bind the matrices of a layer on this device. */
export function canBindTangents(gpu: Gpu): boolean {
  const most = [FORWARD_BINDINGS, ADJOINT_BINDINGS].map((bindings) => mostLayersAtOnce(gpu, bindings));
  return Math.min(...most, mostWeightLayers(gpu, 2)) > 0;
}

/**
 * Records Ż = Ȧ Wᵀ + A Ẇᵀ + ḃ and Ȧ = a′(Z) ⊙ Ż of all layers (`chain_forward_tangent.wgsl`): in one dispatch, or in several where a
 * kernel cannot bind as many buffers.
 *
 * @param start A and Ȧ below the first layer: [rows, inputs]; Ȧ only if it is not 0.
 * @param layers The matrices of each layer.
 */
export function chainForwardTangents(
  chain: LayerChain,
  { start, layers, ...pass }: TangentPass & {
    readonly start: { readonly a: DeviceBuffer; readonly aTangent?: DeviceBuffer };
    readonly layers: readonly TangentLayer[];
  },
): void {
  const { gpu } = chain;
  for (const { first, end } of runsOf(layers.length, mostLayersAtOnce(gpu, FORWARD_BINDINGS))) {
    const { a, aTangent } = first === 0 ? start : layers[first - 1];
    const buffers: Record<string, BufferLike> = { start1: a };
    if (aTangent !== undefined) buffers.start0 = aTangent;
    const activated = Math.min(chain.activated, end) - first;
    layers.slice(first, end).forEach(({ z, zTangent, aTangent }, s) => {
      const bytes = pass.rows * chain.layers[first + s].outputs * 4;
      buffers[`z_tangent${s}`] = zTangent.slice(0, bytes);
      if (s < activated) Object.assign(buffers, { [`z${s}`]: z, [`a_tangent${s}`]: aTangent.slice(0, bytes) });
    });
    const values = { first, activated, by_k: false };
    dispatch(chain, pass, { source: forwardSource, buffers, values, first, end });
  }
}

/**
 * Records R(Z̄) of all layers but the last (`chain_adjoint_tangent.wgsl`), in as few dispatches as the device can bind buffers for.
 *
 * @param start Z̄ and R(Z̄) of the last layer: [rows, outputs].
 * @param below The matrices of the others, from the first.
 */
export function chainAdjointTangents(
  chain: LayerChain,
  { start, below, ...pass }: TangentPass & {
    readonly start: Pick<AdjointTangentLayer, "adjoint" | "adjointTangent">;
    readonly below: readonly AdjointTangentLayer[];
  },
): void {
  const { gpu } = chain;
  // The last layer is the first to be gone through.
  const [layers, descending] = [below.toReversed(), [...below, start].toReversed()];
  for (const { first, end } of runsOf(layers.length, mostLayersAtOnce(gpu, ADJOINT_BINDINGS))) {
    const top = below.length - first;
    const buffers: Record<string, BufferLike> = {
      start0: descending[first].adjointTangent,
      start1: descending[first].adjoint,
    };
    layers.slice(first, end).forEach(({ z, zTangent, valueAdjoint, adjointTangent }, s) => {
      const bytes = pass.rows * chain.layers[top - 1 - s].outputs * 4;
      buffers[`below${s}`] = z;
      buffers[`below_tangent${s}`] = zTangent;
      buffers[`value_adjoint${s}`] = valueAdjoint;
      buffers[`adjoint_tangent${s}`] = adjointTangent.slice(0, bytes);
    });
    const values = { top, by_k: true };
    dispatch(chain, pass, { source: adjointSource, buffers, values, first: top - (end - first) + 1, end: top + 1 });
  }
}

/** Records the products of the layers first … end − 1 with parameters and direction. */
function dispatch(
  chain: LayerChain,
  { parameters, direction, rows }: TangentPass,
  { source, buffers, values, first, end }: {
    readonly source: { readonly name: string; readonly text: string };
    readonly buffers: Readonly<Record<string, BufferLike>>;
    readonly values: Readonly<Record<string, number | boolean>>;
    readonly first: number;
    readonly end: number;
  },
): void {
  const { gpu } = chain;
  const tile = chain.tile(rows);
  const count = end - first;
  const absent = buffers.start0 === undefined ? 1 : 0;
  const filled = { ...tile.values, ...values, count, steps: count - 1, absent, products: 2 };
  const products = chain.flops(rows, chain.layers.slice(first, end)) +
    chain.flops(rows, chain.layers.slice(first + absent, end));
  gpu.dispatch(
    gpu.kernel(source, filled, filledPart(chain.activation)),
    { ...buffers, vector0: parameters, vector1: direction, layers: chain.table },
    {},
    [tile.groups],
    products,
  );
}
