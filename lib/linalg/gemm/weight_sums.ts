import type { DeviceBuffer } from "../../gpu/buffer.ts";
import type { Gpu } from "../../gpu/device.ts";
import { linearGroups } from "../../gpu/groups.ts";
import { biasSum } from "./bias.ts";
import { familyOf, isTile, type ProductFamily, registerFamily } from "./family.ts";
import { chainWeights } from "./chain_weights.ts";
import type { LayerChain } from "./layer_chain.ts";
import type { WeightTerm } from "./layer_product.ts";
import { registerWeight } from "./register.ts";
import { type MatmulShape, ROW_BLOCK } from "./shape.ts";
import { tileWeight } from "./tile.ts";
import text from "../../../wgsl/linalg/gemm/gradient_sum.wgsl" with { type: "text" };

const sumSource = { name: "gradient_sum", text };

/** The largest number of parts of a sum. Parts are computed in parallel; more would only cost memory traffic. */
const MOST_PARTS = 64;

/** The most bytes that parts may take. */
const MOST_BYTES = 128 * 2 ** 20;

/** What weight sums are made for. */
interface WeightSumsOptions {
  /** Named in the device's error messages. */
  readonly label: string;
  /** Numbers of one part: the entries on the device of a vector of the field's layout. */
  readonly length: number;
  /** The largest number of rows. */
  readonly rows: number;
}

/** The losses of a chunk's rows, which are summed along with the gradient. */
export interface LossSum {
  /** [rows]. */
  readonly rowLoss: DeviceBuffer;
  readonly rows: number;
  /** Where the sum goes, and which of its numbers that is. */
  readonly losses: DeviceBuffer;
  readonly slot: number;
}

/**
 * The sums W̄ = Σ Z̄ᵀ X and b̄ = Σₙ Z̄ of all layers over the rows of a batch, in parts of 256 rows each, so that parallel hardware has
 * something to do. The parts lie one after the other, each laid out as a vector of the field's layout; `finish` adds them up in order.
 */
export class WeightSums implements Disposable {
  /** The parts: [parts, length]. */
  readonly #partials: DeviceBuffer;
  #rows = 0;

  /** Allocates the parts. */
  constructor(readonly gpu: Gpu, readonly options: WeightSumsOptions) {
    const { label, rows, length } = options;
    this.#partials = gpu.buffer(label, partsOf(rows) * length * 4);
  }

  /** The largest number of rows whose parts fit, at least those of one part. */
  static mostRows(gpu: Gpu, { length }: Pick<WeightSumsOptions, "length">): number {
    const fit = Math.min(MOST_BYTES, gpu.device.limits.maxStorageBufferBindingSize) / (length * 4);
    return ROW_BLOCK * Math.max(1, Math.min(MOST_PARTS, Math.floor(fit)));
  }

  /** Starts the sums over a batch of so many padded rows. */
  begin(rows: number): void {
    this.#rows = rows;
  }

  /**
   * Records adding up what has been recorded since `begin`.
   *
   * @param to Where the sums are written: a vector of the field's layout.
   * @param loss Losses to be summed in the same dispatch; none by default.
   * @param keep Whether sums are added to what `to` and the losses' slot hold, which are the sums over earlier rows.
   * @param flags A buffer whose first number becomes `step` if an entry is not finite and the number is larger.
   */
  finish({ to, loss, keep, flags, step }: {
    readonly to: DeviceBuffer;
    readonly loss?: LossSum;
    readonly keep: boolean;
    readonly flags: DeviceBuffer;
    readonly step: number;
  }): void {
    const length = this.options.length / 4;
    const splits = partsOf(this.#rows);
    this.gpu.dispatch(
      this.gpu.kernel(sumSource, { keep, loss: loss !== undefined }),
      { partials: this.#partials, gradient: to, flags, ...loss && { row_loss: loss.rowLoss, losses: loss.losses } },
      { length, splits, step, ...loss && { rows: loss.rows, slot: loss.slot } },
      linearGroups(length, 64),
    );
  }

  /**
   * Records one layer's W̄ = Σ Z̄ᵀ X over one or two terms and b̄ = Σₙ Z̄, where Z̄ is the first term's.
   *
   * @param offset First entry of the layer's weights in a vector, a multiple of 4.
   * @param biasRows The first rows, over which b̄ is summed; all by default.
   * @param family Which kernels to use; by default those that suit the adapter.
   */
  add(
    { terms, shape, offset, biasRows = shape.rows }: {
      readonly terms: readonly WeightTerm[];
      readonly shape: MatmulShape;
      readonly offset: number;
      readonly biasRows?: number;
    },
    family: ProductFamily = familyOf(this.gpu, { kind: "weight", shape }),
  ): void {
    const { gpu, options: { length } } = this;
    const partials = this.#partials;
    const splits = partsOf(this.#rows);
    const place = { offset: offset / 4, stride: length / 4, splits, rowsPerSplit: ROW_BLOCK };
    const product = { terms, partials, shape, place };
    if (isTile(family)) tileWeight(gpu, family, product);
    else registerWeight(gpu, registerFamily(family), product);
    // What the kernels have summed over all rows is replaced.
    if (biasRows < shape.rows) biasSum(gpu, { ...product, shape: { ...shape, rows: biasRows } });
  }

  /**
   * Records the same for all layers of a chain in one dispatch.
   *
   * @param layers The terms of each layer; only the first layers may have fewer than others.
   */
  addChain(chain: LayerChain, layers: readonly (readonly WeightTerm[])[]): void {
    const { options: { length: stride } } = this;
    chainWeights(chain, { layers, rows: this.#rows, rowsPerSplit: ROW_BLOCK, partials: this.#partials, stride });
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#partials[Symbol.dispose]();
  }
}

/** Parts that the rows of a batch are cut into. */
function partsOf(rows: number): number {
  return Math.ceil(rows / ROW_BLOCK);
}
