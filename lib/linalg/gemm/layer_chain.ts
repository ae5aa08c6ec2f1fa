import type { BufferLike, DeviceBuffer } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { KernelValues } from "../../gpu/template.ts";
import { chainTile } from "./chain_tile.ts";
import { type EntryFunction, filledPart } from "./epilogue.ts";
import { flopsOf } from "./shape.ts";
import adjointText from "../../../wgsl/linalg/gemm/chain_adjoint.wgsl" with { type: "text" };
import forwardText from "../../../wgsl/linalg/gemm/chain_forward.wgsl" with { type: "text" };
import chain_layers from "../../../wgsl/linalg/gemm/chain_layers.wgsl" with { type: "text" };
import chain_product from "../../../wgsl/linalg/gemm/chain_product.wgsl" with { type: "text" };

const forwardSource = { name: "chain_forward", text: forwardText };
/** One product, whose operand is loaded. */
const FROM_START = { absent: 0, products: 1 };
const adjointSource = { name: "chain_adjoint", text: adjointText };

/** One dense layer of a chain. */
export interface ChainLayer {
  /** The activation; only the last layer's may be the identity, all others have the same text. */
  readonly activation: EntryFunction;
  /** Columns of A that exist; the others become 0. */
  readonly real: number;
  /** Columns of Z, padding included. */
  readonly outputs: number;
  /** Columns of X, padding included. */
  readonly inputs: number;
  /** First entry of the weights in a vector of the field's layout, a multiple of 4. */
  readonly weight: number;
  /** First entry of the biases, a multiple of 4. */
  readonly bias: number;
}

/**
 * Consecutive dense layers, each of which reads only the one before. One dispatch computes all their values and one all adjoints of their
 * preactivations: small batches on a GPU wait for launches more than for arithmetic. Their tangents (`chain_tangents.ts`) and their shares
 * of the gradient (`chainWeights`) are computed likewise.
 */
export class LayerChain implements Disposable {
  /** The activation of all layers, or of all but the last. */
  readonly activation: EntryFunction;
  /** Layers with the activation. */
  readonly activated: number;
  /** Sizes, places and constants of each layer, as `chain_layers.wgsl` describes them. */
  #table?: DeviceBuffer;
  /** Columns of the widest matrix. */
  readonly #widest: number;

  /** Allocates nothing; the first pass stores a table, so the caller must dispose the chain. */
  constructor(readonly gpu: Gpu, readonly layers: readonly ChainLayer[]) {
    this.activation = layers[0].activation;
    this.activated = layers.filter(({ activation }) => activation.text !== undefined).length;
    this.#widest = Math.max(...layers.flatMap(({ inputs, outputs }) => [inputs, outputs]));
  }

  /**
   * Records Z = X Wᵀ + b and A = a(Z) of all layers (`chain_forward.wgsl`).
   *
   * @param start X of the first layer: [rows, inputs].
   * @param parameters A vector of the field's layout.
   * @param results Z and A of each layer: [rows, outputs]; A of a linear layer is not written.
   */
  forward({ start, parameters, rows, results }: {
    readonly start: DeviceBuffer;
    readonly parameters: DeviceBuffer;
    readonly rows: number;
    readonly results: readonly { readonly z: DeviceBuffer; readonly a: DeviceBuffer }[];
  }): void {
    const { gpu, layers } = this;
    const buffers: Record<string, BufferLike> = { start0: start, vector0: parameters, layers: this.table };
    layers.forEach(({ outputs }, l) => {
      const numbers = rows * outputs;
      buffers[`z${l}`] = results[l].z.part(0, numbers);
      if (l < this.activated) buffers[`a${l}`] = results[l].a.part(0, numbers);
    });
    const { groups, values } = this.tile(rows);
    const counts = { count: layers.length, activated: this.activated };
    const kernel = gpu.kernel(
      forwardSource,
      { ...values, ...counts, ...FROM_START, by_k: false },
      filledPart(this.activation),
    );
    gpu.dispatch(kernel, buffers, {}, [groups], this.flops(rows, layers));
  }

  /**
   * Records Z̄ of all layers but the last (`chain_adjoint.wgsl`).
   *
   * @param start Z̄ of the last layer: [rows, outputs].
   * @param parameters A vector of the field's layout.
   * @param below Z of each layer but the last, from the first: [rows, outputs].
   * @param results Where their Z̄ go, and their Ā if these are wanted.
   */
  adjoint({ start, parameters, rows, below, results }: {
    readonly start: DeviceBuffer;
    readonly parameters: DeviceBuffer;
    readonly rows: number;
    readonly below: readonly DeviceBuffer[];
    readonly results: readonly { readonly z: DeviceBuffer; readonly a?: DeviceBuffer }[];
  }): void {
    const { gpu, layers } = this;
    const steps = layers.length - 1;
    const buffers: Record<string, BufferLike> = { start0: start, vector0: parameters, layers: this.table };
    const keep = results[0].a !== undefined;
    for (let s = 0; s < steps; s++) {
      const layer = steps - 1 - s;
      const { z, a } = results[layer];
      const numbers = rows * layers[layer].outputs;
      buffers[`below${s}`] = below[layer];
      buffers[`adjoint${s}`] = z.part(0, numbers);
      if (a !== undefined) buffers[`value_adjoint${s}`] = a.part(0, numbers);
    }
    const { groups, values } = this.tile(rows);
    const kernel = gpu.kernel(
      adjointSource,
      { ...values, ...FROM_START, steps, keep, by_k: true },
      filledPart(this.activation),
    );
    gpu.dispatch(kernel, buffers, {}, [groups], this.flops(rows, layers.slice(1)));
  }

  /** Frees the table. */
  [Symbol.dispose](): void {
    this.#table?.[Symbol.dispose]();
  }

  /** The table, which kernels read as `layers`. */
  get table(): DeviceBuffer {
    if (this.#table !== undefined) return this.#table;
    const numbers = this.layers.flatMap(({ activation, real, outputs, inputs, weight, bias }) => {
      return [weight / 4, bias / 4, inputs / 4, outputs / 4, real, ...activation.constants, 0];
    });
    this.#table = this.gpu.buffer("layers of a chain", numbers.length * 4);
    this.gpu.write(this.#table, Float32Array.from(numbers));
    return this.#table;
  }

  /** What the kernels of a tile are filled with, and how many workgroups there are. */
  tile(rows: number): { readonly values: KernelValues; readonly groups: number } {
    const tile = chainTile(this.gpu, this.#widest, rows)!;
    const values = {
      quads: this.#widest / 4,
      row_quads: tile.rows / 4,
      blocks: tile.blocks,
      chain_layers,
      chain_product,
      activation: this.activation.text!,
    };
    return { values, groups: Math.ceil(rows / tile.rows) };
  }

  /** Floating-point operations of one product of each of the layers. */
  flops(rows: number, layers: readonly ChainLayer[]): number {
    return layers.reduce((sum, { outputs, inputs }) => sum + flopsOf({ rows, outputs, inputs }, 1), 0);
  }
}
