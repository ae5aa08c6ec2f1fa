import type { DeviceBuffer } from "../gpu/buffer.ts";
import { copyColumns } from "../field/columns.ts";
import type { Network } from "../field/network.ts";
import type { DenseNode, Node } from "../field/node.ts";
import type { Vector } from "../linalg/vector.ts";
import type { WeightSums } from "../linalg/gemm/weight_sums.ts";
import type { BufferPool } from "./buffer_pool.ts";

/** What a reverse pass, from the outputs to the inputs, reads and writes. */
export interface ReversePass {
  /** The network, whose forward pass has been recorded. */
  readonly network: Network;
  /** The pool from which temporary matrices are taken. */
  readonly pool: BufferPool;
  /** Rows of this chunk, padding and all blocks of derivatives included. */
  readonly rows: number;
  /** Rows of one block; the same number where there are no derivatives by an input. */
  readonly blockRows: number;
  /** The field's parameters. */
  readonly parameters: Vector;
  /** Where the parameters' adjoint is summed up. */
  readonly sums: WeightSums;
}

/** The adjoint of a layer's input. */
interface InputAdjoint {
  readonly input: DeviceBuffer;
  /** Whether it is already the adjoint of the preactivations of the node that the layer reads. */
  readonly derived: boolean;
}

/** What is done at each dense layer. An "adjoint" here can also be the tangent of an adjoint. */
interface LayerSteps {
  /** Computes the adjoint of the layer's preactivations from that of its value, `above`. It may return `above` itself. */
  derive(node: Node, dense: DenseNode, above: DeviceBuffer): DeviceBuffer;
  /** Computes the layer's part of the parameters' adjoint from the adjoint of its preactivations, `below`. */
  weights(node: Node, dense: DenseNode, below: DeviceBuffer): void;
  /**
   * Records computing the adjoint of the layer's input.
   *
   * @param source The only node that the layer reads, if nothing else contributes to that node's adjoint.
   * @returns The pool's matrix with the result, and whether that is already the adjoint of that node's preactivations.
   */
  input(node: Node, dense: DenseNode, below: DeviceBuffer, source?: Node): InputAdjoint;
  /** Called at the end of each layer. It may give the buffers back to the pool by calling `give`, or keep them. */
  done(node: Node, above: DeviceBuffer, below: DeviceBuffer, give: (buffer: DeviceBuffer) => void): void;
}

/**
 * Propagates the adjoints of the outputs through the layers, from the last to the first. If several layers read a node, their
 * contributions to its adjoint are added in a fixed order. The adjoint of a concatenation is split among the nodes it consists
 * of. Layers that contribute to no output with an adjoint are skipped, and their part of the gradient stays zero.
 *
 * @param seeds Adjoints of the output nodes. The caller keeps owning them.
 */
export function reverse(pass: ReversePass, seeds: ReadonlyMap<Node, DeviceBuffer>, steps: LayerSteps): void {
  const { network, pool } = pass;
  const adjoints = new Map<Node, DeviceBuffer>();
  const derived = new Set<Node>();
  for (const node of network.nodes.toReversed()) {
    const { dense } = node;
    if (dense === undefined) continue;
    let above = adjoints.get(node);
    const seed = seeds.get(node);
    if (seed !== undefined && above !== undefined) {
      addColumns(pass, { from: seed, column: 0, stride: node.padded }, { to: above, node, add: true });
    }
    above ??= seed;
    if (above === undefined) continue;
    const below = derived.has(node) ? above : steps.derive(node, dense, above);
    steps.weights(node, dense, below);
    if (dense.sources.some((source) => source.active)) {
      const [source] = dense.sources;
      const only = dense.sources.length === 1 && !adjoints.has(source);
      const alone = only && !seeds.has(source) && readersOf(network, source) === 1;
      const { input, derived: isDerived } = steps.input(node, dense, below, alone ? source : undefined);
      if (isDerived) derived.add(source);
      if (only) adjoints.set(source, input);
      else split(pass, dense, input, adjoints);
    }
    steps.done(node, above, below, (buffer) => {
      if (buffer !== seed) pool.give(buffer);
    });
  }
}

/** The usual end of a layer, which gives both adjoints back to the pool. */
export function giveBack(
  _node: Node,
  above: DeviceBuffer,
  below: DeviceBuffer,
  give: (buffer: DeviceBuffer) => void,
): void {
  give(below);
  if (above !== below) give(above);
}

function readersOf(network: Network, source: Node): number {
  return network.nodes.filter((node) => node.dense?.sources.includes(source)).length;
}

/** Adds the adjoint of a layer's input to the adjoints of the nodes that it reads. That of a concatenation is split. */
function split(pass: ReversePass, dense: DenseNode, input: DeviceBuffer, adjoints: Map<Node, DeviceBuffer>): void {
  let column = 0;
  for (const source of dense.sources) {
    if (source.active) {
      let target = adjoints.get(source);
      const add = target !== undefined;
      if (target === undefined) adjoints.set(source, target = pass.pool.take(source.padded));
      addColumns(pass, { from: input, column, stride: dense.inputPadded }, { to: target, node: source, add });
    }
    column += source.width;
  }
  pass.pool.give(input);
}

/** Adds columns of one adjoint, from `column` on, to a node's adjoint, or replaces that adjoint by them. */
function addColumns(
  { network, rows }: ReversePass,
  { from, column, stride }: { readonly from: DeviceBuffer; readonly column: number; readonly stride: number },
  { to, node, add }: { readonly to: DeviceBuffer; readonly node: Node; readonly add: boolean },
): void {
  const { width, padded } = node;
  const place = { width, span: padded, fromStride: stride, fromColumn: column, toStride: padded, toColumn: 0 };
  copyColumns(network.gpu, from, to, { rows, ...place, add });
}
