import type { BufferLike, DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { linearGroups } from "../gpu/groups.ts";
import { chainForwardTangents } from "../linalg/gemm/chain_tangents.ts";
import { type Activate, filledPart, isFusable } from "../linalg/gemm/epilogue.ts";
import { matmulForward } from "../linalg/gemm/matmul.ts";
import type { MatmulShape } from "../linalg/gemm/shape.ts";
import type { Vector } from "../linalg/vector.ts";
import { copyColumns } from "./columns.ts";
import type { DerivativeBlocks } from "./derivative_blocks.ts";
import type { NodeChain } from "./node_chains.ts";
import type { DenseNode, Node } from "./node.ts";
import forwardDerivativesText from "../../wgsl/field/activation_forward_derivatives.wgsl" with { type: "text" };
import forwardText from "../../wgsl/field/activation_forward.wgsl" with { type: "text" };
import tangentDerivativesText from "../../wgsl/field/activation_tangent_derivatives.wgsl" with { type: "text" };
import tangentText from "../../wgsl/field/activation_tangent.wgsl" with { type: "text" };

const forwardSource = { name: "activation_forward", text: forwardText };
const forwardDerivativesSource = { name: "activation_forward_derivatives", text: forwardDerivativesText };
const tangentSource = { name: "activation_tangent", text: tangentText };
const tangentDerivativesSource = { name: "activation_tangent_derivatives", text: tangentDerivativesText };

/** What the passes over dense layers share. */
interface DenseMemory {
  readonly gpu: Gpu;
  /** How the rows of every matrix are divided. */
  readonly blocks: DerivativeBlocks;
  /** Scratch memory for products that take several passes; as large as the largest preactivation. */
  readonly scratch: DeviceBuffer;
  /** The bias of derivatives by an input; only where there are any. */
  readonly zeros?: DeviceBuffer;
}

/** Records the forward pass of dense layers and its tangent. Rows are those of a block, padding included. */
export class DensePasses {
  constructor(readonly memory: DenseMemory) {}

  /** Records Z = X Wᵀ + b and A = a(Z), with the derivatives of A by the field's inputs if there are blocks for them. */
  forward(node: Node, rows: number, parameters: Vector): void {
    const { gpu, blocks: { directions, laplacian } } = this.memory;
    const { layer: { activation }, sources, input, preactivation: z } = node.dense!;
    if (sources.length > 1) this.#join(sources.map((source) => source.value), node.dense!, rows, input);
    const fused = isFusable(activation) && directions === 0;
    const activate = fused ? { activation, real: node.width, a: node.value } : undefined;
    const terms = [{ x: input, w: weightOf(node, parameters) }];
    this.#linear(node, rows, { terms, bias: biasOf(node, parameters), z, activate });
    const { text, maps, constants: [p0, p1] } = activation;
    if (text === undefined || fused) return;
    const values = { activation: text, maps: maps.length };
    const kernel = directions === 0
      ? gpu.kernel(forwardSource, values, filledPart(activation))
      : gpu.kernel(forwardDerivativesSource, { ...values, laplacian }, filledPart(activation));
    gpu.dispatch(
      kernel,
      { z, a: node.value },
      { rows, width: node.padded, real: node.width, p0, p1, ...directions > 0 && { directions } },
      linearGroups(rows * node.padded / 4, 64),
    );
  }

  /** Records the same for a chain of layers, where there are no derivatives by inputs. */
  forwardChain({ nodes, layers }: NodeChain, rows: number, parameters: Vector): void {
    const dense = nodes[0].dense!;
    const { sources, input: start } = dense;
    if (sources.length > 1) this.#join(sources.map((source) => source.value), dense, rows, start);
    const results = nodes.map(({ value, dense }) => ({ z: dense!.preactivation, a: value }));
    layers.forward({ start, parameters: parameters.buffer, rows, results });
  }

  /** Records the tangents of a chain of layers along a direction in parameter space. */
  tangentChain({ nodes, layers: chain }: NodeChain, rows: number, parameters: Vector, direction: Vector): void {
    const dense = nodes[0].dense!;
    this.#joinTangents(dense, rows);
    const layers = nodes.map(({ value, valueTangent, dense }) => {
      const { preactivation: z, preactivationTangent } = dense!;
      return { z, a: value, zTangent: preactivationTangent!, aTangent: valueTangent! };
    });
    chainForwardTangents(chain, {
      start: { a: dense.input, aTangent: dense.inputTangent },
      layers,
      parameters: parameters.buffer,
      direction: direction.buffer,
      rows,
    });
  }

  /** Records the tangents of one layer. */
  tangent(node: Node, rows: number, parameters: Vector, direction: Vector): void {
    const { gpu, blocks: { directions } } = this.memory;
    const { layer: { activation }, input, inputTangent, preactivation: z } = node.dense!;
    const tangent = node.dense!.preactivationTangent!;
    this.#joinTangents(node.dense!, rows);
    const along = { x: input, w: weightOf(node, direction) };
    const terms = inputTangent === undefined ? [along] : [{ x: inputTangent, w: weightOf(node, parameters) }, along];
    this.#linear(node, rows, { terms, bias: biasOf(node, direction), z: tangent });
    const { text, maps, constants: [p0, p1] } = activation;
    if (text === undefined) return;
    const source = directions === 0 ? tangentSource : tangentDerivativesSource;
    gpu.dispatch(
      gpu.kernel(source, { activation: text, maps: maps.length }, filledPart(activation)),
      { z, z_tangent: tangent, a_tangent: node.valueTangent! },
      { rows, width: node.padded, p0, p1, ...directions > 0 && { directions } },
      linearGroups(rows * node.padded / 4, 64),
    );
  }

  /** Records Z = Σ X Wᵀ + b for the values, and the same without b for derivatives by an input. */
  #linear(
    node: Node,
    rows: number,
    { terms, bias, z, activate }: {
      readonly terms: readonly { readonly x: DeviceBuffer; readonly w: BufferLike }[];
      readonly bias: BufferLike;
      readonly z: DeviceBuffer;
      readonly activate?: Activate;
    },
  ): void {
    const { gpu, blocks, scratch, zeros } = this.memory;
    const shape = shapeOf(node, rows);
    matmulForward(gpu, { terms, bias, z, shape, scratch, activate });
    if (zeros === undefined) return;
    matmulForward(gpu, {
      terms: terms.map(({ x, w }) => ({ x: blocks.behind(x, rows, shape.inputs), w })),
      bias: zeros.slice(0, shape.outputs * 4),
      z: blocks.behind(z, rows, shape.outputs),
      shape: { ...shape, rows: rows * (blocks.count - 1) },
      scratch,
    });
  }

  /** Records putting the tangents of what a layer reads side by side, if it reads several nodes. */
  #joinTangents(dense: DenseNode, rows: number): void {
    const { sources, inputTangent } = dense;
    if (sources.length === 1 || inputTangent === undefined) return;
    this.#join(sources.map((source) => source.valueTangent), dense, rows, inputTangent);
  }

  /** Records putting the values of several nodes side by side. */
  #join(parts: (DeviceBuffer | undefined)[], dense: DenseNode, rows: number, to: DeviceBuffer): void {
    const { gpu, blocks } = this.memory;
    let column = 0;
    parts.forEach((part, i) => {
      const { width, padded } = dense.sources[i];
      const place = {
        rows: rows * blocks.count,
        width,
        span: width,
        fromStride: padded,
        fromColumn: 0,
        toStride: dense.inputPadded,
        toColumn: column,
      };
      if (part !== undefined) copyColumns(gpu, part, to, place);
      column += width;
    });
  }
}

/** The sizes of a dense layer's matrix products. */
export function shapeOf(node: Node, rows: number): MatmulShape {
  const dense = node.dense!;
  return { rows, outputs: node.padded * dense.layer.activation.maps.length, inputs: dense.inputPadded };
}

/** The stacked weights of a dense layer in a vector of the field's layout. */
export function weightOf(node: Node, vector: Vector): BufferLike {
  return vector.buffer.slice(node.dense!.weight.offset, node.dense!.weight.size);
}

function biasOf(node: Node, vector: Vector): BufferLike {
  return vector.buffer.slice(node.dense!.bias.offset, node.dense!.bias.size);
}
