import type { Gpu } from "../gpu/device.ts";
import { chainTile, mostChainLayers } from "../linalg/gemm/chain_tile.ts";
import { LayerChain } from "../linalg/gemm/layer_chain.ts";
import { isFusable } from "../linalg/gemm/epilogue.ts";
import { EXACT } from "../linalg/number_table.ts";
import type { Node } from "./node.ts";

/** Consecutive dense layers that single dispatches compute. */
export interface NodeChain {
  /** The layers' nodes, in the order of evaluation; each but the first reads only the one before. */
  readonly nodes: readonly Node[];
  /** Their kernels. */
  readonly layers: LayerChain;
}

/**
 * Finds the chains among a network's nodes and makes their kernels. Layers between the ends of a chain are read by nothing but the next
 * layer; all have the same activation of one linear map, and the last may have the identity. What fits no chain is left out.
 *
 * @param nodes In the order of evaluation.
 * @param outputs The nodes from which outputs are read.
 * @returns The caller must dispose the layers.
 */
export function findChains(gpu: Gpu, nodes: readonly Node[], outputs: ReadonlySet<Node>): NodeChain[] {
  const most = mostChainLayers(gpu);
  const chains: Node[][] = [];
  for (const node of nodes) {
    if (!fits(gpu, node)) continue;
    const before = chains.findLast((chain) => continues(chain.at(-1)!, node, nodes));
    const ended = before === undefined || before.length === most || outputs.has(before.at(-1)!);
    if (ended) chains.push([node]);
    else before.push(node);
  }
  return chains.filter((chain) => chain.length > 1).map((chain) => ({ nodes: chain, layers: chainOf(gpu, chain) }));
}

/** Whether a node is a layer that may be part of a chain. */
function fits(gpu: Gpu, { dense, padded }: Node): boolean {
  if (dense === undefined || dense.layer.activation.maps.length !== 1) return false;
  // Places are stored as f32.
  if (dense.bias.offset / 16 >= EXACT) return false;
  return chainTile(gpu, Math.max(padded, dense.inputPadded), 1) !== undefined;
}

/** Whether `next` reads only `last`, which nothing else reads, and has the same activation or the identity. */
function continues(last: Node, next: Node, nodes: readonly Node[]): boolean {
  const [before, after] = [last.dense!.layer.activation, next.dense!.layer.activation];
  if (!isFusable(before) || after.text !== undefined && after.text !== before.text) return false;
  if (next.dense!.sources.length > 1 || next.dense!.sources[0] !== last) return false;
  return nodes.every(({ dense, encoding }, i) => {
    return nodes[i] === next || !dense?.sources.includes(last) && encoding?.source !== last;
  });
}

function chainOf(gpu: Gpu, chain: readonly Node[]): LayerChain {
  return new LayerChain(
    gpu,
    chain.map(({ width, padded, dense }) => ({
      activation: dense!.layer.activation,
      real: width,
      outputs: padded,
      inputs: dense!.inputPadded,
      weight: dense!.weight.offset / 4,
      bias: dense!.bias.offset / 4,
    })),
  );
}
