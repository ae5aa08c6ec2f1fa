import type { BufferLike, DeviceBuffer } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { mostLayersAtOnce, runsOf, weightSide } from "./chain_tile.ts";
import type { LayerChain } from "./layer_chain.ts";
import type { WeightTerm } from "./layer_product.ts";
import text from "../../../wgsl/linalg/gemm/chain_weight.wgsl" with { type: "text" };

const source = { name: "chain_weight", text };

/** What the kernel binds: the table and the parts, and Z̄ and X of each layer's terms. */
const bindingsOf = (terms: number) => ({ shared: 2, read: 2 * terms, written: 0 });

/** The most layers whose shares one dispatch can compute. */
export function mostWeightLayers(gpu: Gpu, terms: 1 | 2): number {
  return mostLayersAtOnce(gpu, bindingsOf(terms));
}

/**
 * Records W̄ = Σ Z̄ᵀ X over one or two terms and b̄ = Σₙ Z̄ of the first term's Z̄, of all layers of a chain (`chain_weight.wgsl`): in one dispatch,
 * or in several where a kernel cannot bind as many buffers.
 *
 * @param layers The terms of each layer; only the first layers may have fewer than others.
 * @param partials Where the parts of the batch lie, each laid out as a vector of the field's layout.
 * @param stride Entries of one part.
 */
export function chainWeights(
  chain: LayerChain,
  { layers, rows, rowsPerSplit, partials, stride }: {
    readonly layers: readonly (readonly WeightTerm[])[];
    readonly rows: number;
    readonly rowsPerSplit: number;
    readonly partials: DeviceBuffer;
    readonly stride: number;
  },
): void {
  const { gpu } = chain;
  const side = weightSide(rows);
  const most = mostWeightLayers(gpu, layers.some(({ length }) => length === 2) ? 2 : 1);
  for (const { first, end } of runsOf(layers.length, most)) {
    const run = layers.slice(first, end);
    const shapes = chain.layers.slice(first, end);
    const buffers: Record<string, BufferLike> = { partials, layers: chain.table };
    run.forEach((terms, l) => {
      terms.forEach(({ z, x }, t) => Object.assign(buffers, { [`z_${t}_${l}`]: z, [`x_${t}_${l}`]: x }));
    });
    const single = run.filter(({ length }) => length === 1).length;
    const terms = single === run.length ? { terms: 1, alone: 0 } : { terms: 2, alone: single };
    const squares = shapes.map(({ outputs, inputs }) => Math.ceil(outputs / side) * Math.ceil(inputs / side));
    gpu.dispatch(
      gpu.kernel(source, { first, count: run.length, ...terms, quads: side / 4 }),
      buffers,
      { rows, rows_per_split: rowsPerSplit, stride: stride / 4 },
      [squares.reduce((sum, each) => sum + each), Math.ceil(rows / rowsPerSplit)],
      chain.flops(rows, shapes) + (terms.terms - 1) * chain.flops(rows, shapes.slice(single)),
    );
  }
}
