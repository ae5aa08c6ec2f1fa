import type { DeviceBuffer } from "../gpu/buffer.ts";
import { copyColumns } from "../field/columns.ts";
import type { DenseNode, Network, Node } from "../field/network.ts";
import type { Vector } from "../linalg/vector.ts";
import type { WeightSums } from "../linalg/gemm/weight_sums.ts";
import type { BufferPool } from "./buffer_pool.ts";

/** What a walk from the outputs to the inputs reads and writes. */
export interface ReversePass {
  /** The forward pass has run. */
  readonly network: Network;
  /** Where matrices in flight come from. */
  readonly pool: BufferPool;
  /** Rows of this chunk, padded. */
  readonly rows: number;
  /** Of the field. */
  readonly parameters: Vector;
  /** Where the parameters' adjoint is summed up. */
  readonly sums: WeightSums;
}

/** What is done at a layer of units. "Adjoint" may stand for an adjoint's tangent. */
interface LayerSteps {
  /** From the adjoint of the layer's value to that of its preactivations; may return `above` itself. */
  derive(node: Node, dense: DenseNode, above: DeviceBuffer): DeviceBuffer;
  /** Adds to the parameters' adjoint. */
  weights(node: Node, dense: DenseNode, below: DeviceBuffer): void;
  /**
   * Records the adjoint of what the layer reads.
   *
   * @param source The one node read, if nothing else contributes to its adjoint.
   * @returns Whether it is already the adjoint of that node's preactivations.
   */
  input(node: Node, dense: DenseNode, below: DeviceBuffer, to: DeviceBuffer, source?: Node): boolean;
  /** What is no longer needed: by default it goes back to the pool. */
  done(node: Node, above: DeviceBuffer, below: DeviceBuffer, give: (buffer: DeviceBuffer) => void): void;
}

/**
 * Walks the layers from the top with the adjoints of the outputs. Adjoints of nodes that several layers read are added, in a fixed
 * order; a concatenation splits its adjoint. A layer that only outputs without objective read is passed over: its part of the
 * gradient stays zero.
 *
 * @param seeds Adjoints of output nodes; they stay the caller's.
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
    if (seed !== undefined && above !== undefined) addColumns(pass, seed, 0, node.padded, above, node, true);
    above ??= seed;
    if (above === undefined) continue;
    const below = derived.has(node) ? above : steps.derive(node, dense, above);
    steps.weights(node, dense, below);
    if (dense.sources.some((source) => source.active)) {
      const input = pool.take(dense.inputPadded);
      const [source] = dense.sources;
      const only = dense.sources.length === 1 && !adjoints.has(source);
      const alone = only && !seeds.has(source) && readersOf(network, source) === 1;
      if (steps.input(node, dense, below, input, alone ? source : undefined)) derived.add(source);
      if (only) adjoints.set(source, input);
      else split(pass, dense, input, adjoints);
    }
    steps.done(node, above, below, (buffer) => {
      if (buffer !== seed) pool.give(buffer);
    });
  }
}

/** The usual end of a layer: both adjoints go back to the pool. */
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

/** Adds the adjoint of a layer's input, or its parts where it is a concatenation, to the adjoints of the nodes read. */
function split(pass: ReversePass, dense: DenseNode, input: DeviceBuffer, adjoints: Map<Node, DeviceBuffer>): void {
  let column = 0;
  for (const source of dense.sources) {
    if (source.active) {
      let target = adjoints.get(source);
      const add = target !== undefined;
      if (target === undefined) adjoints.set(source, target = pass.pool.take(source.padded));
      addColumns(pass, input, column, dense.inputPadded, target, source, add);
    }
    column += source.width;
  }
  pass.pool.give(input);
}

/** Adds columns of one adjoint (from `fromColumn` on) to a node's, or replaces it. */
function addColumns(
  { network, rows }: ReversePass,
  from: DeviceBuffer,
  fromColumn: number,
  fromStride: number,
  to: DeviceBuffer,
  { width, padded }: Node,
  add: boolean,
): void {
  const place = { rows, width, span: padded, fromStride, fromColumn, toStride: padded, toColumn: 0, add };
  copyColumns(network.gpu, from, to, place);
}
