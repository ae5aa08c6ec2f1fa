import type { DeviceBuffer } from "../gpu/buffer.ts";
import { linearGroups } from "../gpu/groups.ts";
import type { WeightTerm } from "../linalg/gemm/layer_product.ts";
import { matmulAdjoint } from "../linalg/gemm/matmul.ts";
import { filledPart, isFusable } from "../linalg/gemm/epilogue.ts";
import { shapeOf, weightOf } from "../field/dense_passes.ts";
import type { NodeChain } from "../field/node_chains.ts";
import type { DenseNode, Node } from "../field/node.ts";
import type { BufferPool } from "./buffer_pool.ts";
import type { LayerObserver } from "./kronecker_factors.ts";
import { giveBack, reverse, type ReversePass } from "./reverse.ts";
import derivativesText from "../../wgsl/diff/activation_adjoint_derivatives.wgsl" with { type: "text" };
import text from "../../wgsl/diff/activation_adjoint.wgsl" with { type: "text" };

/** Adjoints of one layer that tangent passes read again. */
export interface KeptAdjoint {
  /** Ā, of the value. */
  readonly value: DeviceBuffer;
  /** Z̄, of the preactivations; the same buffer for the identity. */
  readonly preactivation: DeviceBuffer;
  /** What goes back to the pool in the end. */
  readonly pooled: readonly DeviceBuffer[];
}

/** Adjoints of a layer within a chain: Z̄, and Ā if it is kept. */
interface ChainAdjoint {
  readonly z: DeviceBuffer;
  readonly a?: DeviceBuffer;
}

const kernelSource = { name: "activation_adjoint", text };
const derivativesSource = { name: "activation_adjoint_derivatives", text: derivativesText };

/**
 * Records the backward pass: layer by layer from the top Z̄ = Ā ⊙ a′(Z), W̄ = Z̄ᵀX, b̄ = ΣZ̄, X̄ = Z̄W (docs/math.md, section 2).
 *
 * @param seeds Adjoints of output nodes; they stay the caller's.
 * @param options.keep Filled with the adjoints, for `backwardTangent`; to be given back with `giveBackKept`.
 * @param options.observer Told of each layer when the adjoint of its preactivations is there.
 */
export function backward(
  pass: ReversePass,
  seeds: ReadonlyMap<Node, DeviceBuffer>,
  { keep, observer }: { keep?: Map<Node, KeptAdjoint>; observer?: LayerObserver } = {},
): void {
  const { network, pool, parameters } = pass;
  const { gpu, blocks: { directions } } = network;
  const fused = network.fusedChains(pass.rows);
  /** Adjoints within chains, which are computed at the end of the chain. */
  const ready = new Map<Node, ChainAdjoint>();
  reverse(pass, seeds, {
    derive(node, dense, above) {
      const { text: activation, maps, constants: [p0, p1] } = dense.layer.activation;
      if (activation === undefined) return above;
      const known = ready.get(node);
      if (known !== undefined) return known.z;
      const below = pool.take(node.padded * maps.length);
      gpu.dispatch(
        gpu.kernel(
          directions === 0 ? kernelSource : derivativesSource,
          { activation, maps: maps.length },
          filledPart(dense.layer.activation),
        ),
        { z: dense.preactivation, a_adjoint: above, z_adjoint: below },
        { rows: pass.blockRows, width: node.padded, p0, p1, ...directions > 0 && { directions } },
        linearGroups(pass.blockRows * node.padded / 4, 64),
      );
      return below;
    },
    weights(node, dense, below) {
      const chain = fused.find(({ nodes }) => nodes.at(-1) === node);
      if (chain !== undefined) backwardChain(pass, chain, below, { ready, keep: keep !== undefined });
      else if (!ready.has(node)) accumulateWeights(pass, node, dense, [{ z: below, x: dense.input }]);
      observer?.(node, dense, below);
    },
    input(node, { inputPadded }, below, source) {
      const known = source === undefined ? undefined : ready.get(source);
      if (known !== undefined) return { input: known.a ?? known.z, derived: known.a === undefined };
      const x = pool.take(inputPadded);
      const shape = shapeOf(node, pass.rows);
      // Tangent passes need Ā itself, and blocks of derivatives are mixed by their own kernel.
      const derive = keep === undefined && directions === 0 ? derivative(source) : undefined;
      const applied = derive !== undefined && isFusable(derive.activation) ? derive : undefined;
      const terms = [{ z: below, w: weightOf(node, parameters) }];
      matmulAdjoint(gpu, { terms, x, shape, pool, derive: applied });
      return { input: x, derived: applied !== undefined };
    },
    done(node, above, below, give) {
      if (keep === undefined) return giveBack(node, above, below, give);
      const pooled: DeviceBuffer[] = [];
      giveBack(node, above, below, (buffer) => {
        if (buffer !== seeds.get(node)) pooled.push(buffer);
      });
      keep.set(node, { value: above, preactivation: below, pooled });
    },
  });
}

/**
 * Records the backward pass of a chain of layers, which leaves only the adjoint of its first layer's input to do.
 *
 * @param last Z̄ of the chain's last layer.
 * @param options.ready Gets those of the others.
 * @param options.keep Whether tangent passes will read Ā, too.
 */
function backwardChain(
  { pool, rows, parameters, sums }: ReversePass,
  { nodes, layers }: NodeChain,
  last: DeviceBuffer,
  { ready, keep }: { readonly ready: Map<Node, ChainAdjoint>; readonly keep: boolean },
): void {
  const inner = nodes.slice(0, -1);
  const results = inner.map(({ padded }) => ({ z: pool.take(padded), a: keep ? pool.take(padded) : undefined }));
  inner.forEach((node, i) => ready.set(node, results[i]));
  const below = inner.map(({ dense }) => dense!.preactivation);
  layers.adjoint({ start: last, parameters: parameters.buffer, rows, below, results });
  sums.addChain(layers, nodes.map(({ dense }, i) => [{ z: results[i]?.z ?? last, x: dense!.input }]));
}

/** Gives the adjoints that a backward pass kept back to the pool. */
export function giveBackKept(pool: BufferPool, kept: ReadonlyMap<Node, KeptAdjoint>): void {
  for (const { pooled } of kept.values()) for (const buffer of pooled) pool.give(buffer);
}

/** Adds a layer's terms to the adjoint of its weights and biases. */
export function accumulateWeights(pass: ReversePass, node: Node, dense: DenseNode, terms: readonly WeightTerm[]): void {
  const shape = shapeOf(node, pass.rows);
  pass.sums.add({ terms, shape, offset: dense.weight.offset / 4, biasRows: pass.blockRows });
}

/** The derivative by which the adjoint of a node's value becomes that of its preactivations. */
function derivative(source: Node | undefined) {
  const dense = source?.dense;
  return dense === undefined ? undefined : { activation: dense.layer.activation, below: dense.preactivation };
}
