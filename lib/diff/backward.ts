import type { DeviceBuffer } from "../gpu/buffer.ts";
import { linearGroups } from "../gpu/groups.ts";
import { copyColumns } from "../field/columns.ts";
import { fusesActivation, matmulAdjoint, matmulWeight, type WeightTerm } from "../field/matmul.ts";
import type { Derive } from "../field/matmul/epilogue.ts";
import { familyOf, type ProductFamily } from "../field/matmul/family.ts";
import type { PartialPlace } from "../field/matmul/shape.ts";
import { transpose } from "../field/matmul/transpose.ts";
import { type DenseNode, Network, type Node } from "../field/network.ts";
import type { Vector } from "../field/vector.ts";
import type { BufferPool } from "./buffer_pool.ts";
import text from "../../wgsl/activation_backward.wgsl" with { type: "text" };

/** The adjoint of a node's value, and that adjoint's tangent where a product is wanted. */
export interface Adjoint {
  readonly adjoint: DeviceBuffer;
  readonly tangent?: DeviceBuffer;
  /** Whether it is already the adjoint of the node's preactivations. */
  readonly derived?: boolean;
}

/** What a backward pass reads and writes. */
export interface BackwardPass {
  readonly network: Network;
  readonly pool: BufferPool;
  /** Rows of this chunk, padded. */
  readonly rows: number;
  readonly parameters: Vector;
  /** Set to propagate tangents as well (forward over reverse). */
  readonly direction?: Vector;
  /** Partial sums of the gradient over parts of the batch, laid out as vectors, one after the other. */
  readonly partials: DeviceBuffer;
  /** The same for the product. */
  readonly partialsTangent?: DeviceBuffer;
  readonly place: Omit<PartialPlace, "offset">;
}

const activationSource = { name: "activation_backward", text };

/**
 * Records the backward pass from the adjoints of the outputs, layer by layer from the top: Z̄ = Ā ⊙ a′(Z), W̄ = Z̄ᵀX, b̄ = ΣZ̄,
 * X̄ = Z̄W, and with a direction their tangents (MATH §2, §3). Adjoints of nodes that several layers read are added.
 *
 * @param seeds Adjoints of output nodes; they stay the caller's.
 */
export function backward(pass: BackwardPass, seeds: ReadonlyMap<Node, Adjoint>): void {
  const { network, pool } = pass;
  const adjoints = new Map<Node, Adjoint>();
  for (const node of network.nodes.toReversed()) {
    const { dense } = node;
    if (dense === undefined) continue;
    let above = adjoints.get(node);
    const seed = seeds.get(node);
    if (seed !== undefined && above !== undefined) addColumns(pass, seed, 0, node.padded, above, node);
    above ??= seed;
    // A layer that only outputs without objective read: its part of the gradient stays zero.
    if (above === undefined) continue;
    const owned = above !== seed;
    const below = above.derived ? above : activationAdjoint(pass, node, dense, above);
    if (owned && below !== above) giveBack(pool, node.padded, above);
    accumulateWeights(pass, node, dense, below);
    if (dense.sources.some((source) => source.active)) propagate(pass, node, dense, below, adjoints, seeds);
    if (below !== above || owned) giveBack(pool, node.padded * dense.layer.activation.maps.length, below);
  }
}

function giveBack(pool: BufferPool, width: number, { adjoint, tangent }: Adjoint): void {
  pool.give(width, adjoint);
  if (tangent !== undefined) pool.give(width, tangent);
}

function takeAdjoint(pass: BackwardPass, width: number): Adjoint {
  const { pool, direction } = pass;
  return { adjoint: pool.take(width), tangent: direction === undefined ? undefined : pool.take(width) };
}

/** From the adjoint of the activation's value to that of its preactivations. */
function activationAdjoint(pass: BackwardPass, node: Node, dense: DenseNode, above: Adjoint): Adjoint {
  const { gpu } = pass.network;
  const { text, maps, constants: [p0, p1] } = dense.layer.activation;
  if (text === undefined) return above;
  const below = takeAdjoint(pass, node.padded * maps.length);
  const buffers: Record<string, DeviceBuffer> = {
    z: dense.preactivation,
    a_adjoint: above.adjoint,
    z_adjoint: below.adjoint,
  };
  if (pass.direction !== undefined) {
    Object.assign(buffers, {
      z_tangent: dense.preactivationTangent,
      a_adjoint_tangent: above.tangent,
      z_adjoint_tangent: below.tangent,
    });
  }
  const tangents = pass.direction === undefined ? 0 : 1;
  const kernel = gpu.kernel(activationSource, { activation: text, maps: maps.length, tangents });
  const uniforms = { rows: pass.rows, width: node.padded, p0, p1 };
  gpu.dispatch(kernel, buffers, uniforms, linearGroups(pass.rows * node.padded / 4, 64));
  return below;
}

function accumulateWeights(pass: BackwardPass, node: Node, dense: DenseNode, below: Adjoint): void {
  const { gpu } = pass.network;
  const shape = Network.shapeOf(node, pass.rows);
  const place = { ...pass.place, offset: dense.weight.offset / 16 };
  const { adjoint, tangent } = below;
  const family = familyOf(gpu, "weight", shape);
  const transposed: DeviceBuffer[] = [];
  const transposedOf = (z: DeviceBuffer): DeviceBuffer | undefined => {
    if (family !== "straight") return undefined;
    const result = pass.pool.take(shape.outputs);
    transpose(gpu, z, result, shape.rows, shape.outputs);
    transposed.push(result);
    return result;
  };
  const term: WeightTerm = { z: adjoint, zTransposed: transposedOf(adjoint), x: dense.input };
  matmulWeight(gpu, [term], pass.partials, shape, place, family);
  if (tangent !== undefined) {
    const terms: WeightTerm[] = [{ z: tangent, zTransposed: transposedOf(tangent), x: dense.input }];
    if (dense.inputTangent !== undefined) terms.push({ ...term, x: dense.inputTangent });
    matmulWeight(gpu, terms, pass.partialsTangent!, shape, place, family);
  }
  for (const buffer of transposed) pass.pool.give(shape.outputs, buffer);
}

/** From the adjoint of a layer's preactivations to those of the nodes that it reads. */
function propagate(
  pass: BackwardPass,
  node: Node,
  dense: DenseNode,
  below: Adjoint,
  adjoints: Map<Node, Adjoint>,
  seeds: ReadonlyMap<Node, Adjoint>,
): void {
  const { gpu } = pass.network;
  const shape = Network.shapeOf(node, pass.rows);
  const w = Network.weightOf(node, pass.parameters);
  const input = takeAdjoint(pass, dense.inputPadded);
  const scratch = pass.pool.take(dense.inputPadded);
  const family = familyOf(gpu, "adjoint", shape);
  const { sources } = dense;
  const alone = sources.length === 1 && !adjoints.has(sources[0]) && !seeds.has(sources[0]);
  const derive = alone && pass.direction === undefined ? derivable(pass, sources[0], family) : undefined;
  matmulAdjoint(gpu, [{ z: below.adjoint, w }], input.adjoint, shape, scratch, family, derive);
  if (input.tangent !== undefined) {
    const along = Network.weightOf(node, pass.direction!);
    const terms = [{ z: below.tangent!, w }, { z: below.adjoint, w: along }];
    matmulAdjoint(gpu, terms, input.tangent, shape, scratch, family);
  }
  pass.pool.give(dense.inputPadded, scratch);
  if (sources.length === 1 && !adjoints.has(sources[0])) {
    adjoints.set(sources[0], { ...input, derived: derive !== undefined });
    return;
  }
  let column = 0;
  for (const source of sources) {
    if (source.active) {
      let target = adjoints.get(source);
      const add = target !== undefined;
      if (target === undefined) adjoints.set(source, target = takeAdjoint(pass, source.padded));
      addColumns(pass, input, column, dense.inputPadded, target, source, add);
    }
    column += source.width;
  }
  giveBack(pass.pool, dense.inputPadded, input);
}

/** What lets a product store the adjoint of a node's preactivations at once; undefined where others add to the node's adjoint. */
function derivable({ network }: BackwardPass, source: Node, family: ProductFamily): Derive | undefined {
  const readers = network.nodes.filter((node) => node.dense?.sources.includes(source));
  const { dense } = source;
  if (readers.length > 1 || dense === undefined || !fusesActivation(family, dense.layer.activation)) return undefined;
  return { activation: dense.layer.activation, below: dense.preactivation };
}

/** Adds columns of one adjoint (from `column` on) to a node's, or replaces it. */
function addColumns(
  pass: BackwardPass,
  from: Adjoint,
  fromColumn: number,
  fromStride: number,
  to: Adjoint,
  node: Node,
  add = true,
): void {
  const { width, padded } = node;
  const copy = { rows: pass.rows, width, span: padded, fromStride, fromColumn, toStride: padded, toColumn: 0, add };
  copyColumns(pass.network.gpu, from.adjoint, to.adjoint, copy);
  if (to.tangent !== undefined) copyColumns(pass.network.gpu, from.tangent!, to.tangent, copy);
}
