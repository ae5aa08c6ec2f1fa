import type { DeviceBuffer } from "../gpu/buffer.ts";
import { linearGroups } from "../gpu/groups.ts";
import { chainAdjointTangents } from "../linalg/gemm/chain_tangents.ts";
import type { WeightTerm } from "../linalg/gemm/layer_product.ts";
import { matmulAdjoint } from "../linalg/gemm/matmul.ts";
import { shapeOf, weightOf } from "../field/dense_passes.ts";
import { filledPart } from "../linalg/gemm/epilogue.ts";
import type { NodeChain } from "../field/node_chains.ts";
import type { Node } from "../field/node.ts";
import type { Vector } from "../linalg/vector.ts";
import { accumulateWeights, type KeptAdjoint } from "./backward.ts";
import { giveBack, reverse, type ReversePass } from "./reverse.ts";
import derivativesText from "../../wgsl/diff/activation_adjoint_tangent_derivatives.wgsl" with { type: "text" };
import text from "../../wgsl/diff/activation_adjoint_tangent.wgsl" with { type: "text" };

const kernelSource = { name: "activation_adjoint_tangent", text };
const derivativesSource = { name: "activation_adjoint_tangent_derivatives", text: derivativesText };

/**
 * Records the tangent of a backward pass along a direction in parameter space (forward over reverse; Pearlmutter 1994; docs/math.md, section 3):
 * R(Z̄) = R(Ā) ⊙ a′(Z) + Ā ⊙ a″(Z) ⊙ Ż, R(W̄) = R(Z̄)ᵀX + Z̄ᵀẊ, R(b̄) = ΣR(Z̄), R(X̄) = R(Z̄)W + Z̄Ẇ.
 *
 * @param seeds Tangents of the adjoints of output nodes; they stay the caller's.
 * @param kept What the backward pass kept.
 */
export function backwardTangent(
  pass: ReversePass & { readonly direction: Vector },
  seeds: ReadonlyMap<Node, DeviceBuffer>,
  kept: ReadonlyMap<Node, KeptAdjoint>,
): void {
  const { network, pool, parameters, direction } = pass;
  const { gpu, blocks: { directions } } = network;
  const fused = network.fusedTangents(pass.rows);
  /** R(Z̄) within chains, which are computed at the end of the chain. */
  const ready = new Map<Node, DeviceBuffer>();
  reverse(pass, seeds, {
    derive(node, dense, above) {
      const { text: activation, third, maps, constants: [p0, p1] } = dense.layer.activation;
      if (activation === undefined || ready.has(node)) return above;
      const below = pool.take(node.padded * maps.length);
      const values = { activation, maps: maps.length };
      const part = filledPart(dense.layer.activation);
      gpu.dispatch(
        directions === 0
          ? gpu.kernel(kernelSource, values, part)
          : gpu.kernel(derivativesSource, { ...values, third: third! }, part),
        {
          z: dense.preactivation,
          z_tangent: dense.preactivationTangent!,
          a_adjoint: kept.get(node)!.value,
          a_adjoint_tangent: above,
          z_adjoint_tangent: below,
        },
        { rows: pass.blockRows, width: node.padded, p0, p1, ...directions > 0 && { directions } },
        linearGroups(pass.blockRows * node.padded / 4, 64),
      );
      return below;
    },
    weights(node, dense, below) {
      const chain = fused.find(({ nodes }) => nodes.at(-1) === node);
      if (chain !== undefined) chainTangents(pass, chain, below, { ready, kept });
      else if (!ready.has(node)) accumulateWeights(pass, node, dense, termsOf(node, below, kept));
    },
    input(node, { inputPadded }, below, source) {
      const known = source === undefined ? undefined : ready.get(source);
      if (known !== undefined) return { input: known, derived: true };
      const x = pool.take(inputPadded);
      const terms = [
        { z: below, w: weightOf(node, parameters) },
        { z: kept.get(node)!.preactivation, w: weightOf(node, direction) },
      ];
      matmulAdjoint(gpu, { terms, x, shape: shapeOf(node, pass.rows), pool });
      return { input: x, derived: false };
    },
    done: giveBack,
  });
}

/**
 * Records the tangent of the backward pass of a chain of layers, which leaves only the first layer's input to do.
 *
 * @param last R(Z̄) of the chain's last layer.
 * @param options.ready Gets those of the others.
 */
function chainTangents(
  { pool, rows, parameters, direction, sums }: ReversePass & { readonly direction: Vector },
  { nodes, layers }: NodeChain,
  last: DeviceBuffer,
  { ready, kept }: { readonly ready: Map<Node, DeviceBuffer>; readonly kept: ReadonlyMap<Node, KeptAdjoint> },
): void {
  const below = nodes.slice(0, -1).map((node) => {
    const adjointTangent = pool.take(node.padded);
    ready.set(node, adjointTangent);
    const { preactivation: z, preactivationTangent: zTangent } = node.dense!;
    const { value: valueAdjoint, preactivation: adjoint } = kept.get(node)!;
    return { z, zTangent: zTangent!, valueAdjoint, adjoint, adjointTangent };
  });
  chainAdjointTangents(layers, {
    start: { adjoint: kept.get(nodes.at(-1)!)!.preactivation, adjointTangent: last },
    below,
    parameters: parameters.buffer,
    direction: direction.buffer,
    rows,
  });
  sums.addChain(layers, nodes.map((node) => termsOf(node, ready.get(node) ?? last, kept)));
}

/** The terms R(Z̄)ᵀX + Z̄ᵀẊ of a layer's R(W̄). */
function termsOf(node: Node, adjointTangent: DeviceBuffer, kept: ReadonlyMap<Node, KeptAdjoint>): WeightTerm[] {
  const { input, inputTangent } = node.dense!;
  const terms = [{ z: adjointTangent, x: input }];
  if (inputTangent !== undefined) terms.push({ z: kept.get(node)!.preactivation, x: inputTangent });
  return terms;
}
