import { segmentsOf } from "../field/description.ts";
import { Network, type NetworkField } from "../field/network.ts";
import type { Node } from "../field/node.ts";
import { chainsOf, tuneChains, type TuneRequest } from "../field/tune.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { chooseChain } from "../linalg/gemm/chain_choice.ts";
import { REPEATS, type Trial } from "../linalg/gemm/choose_way.ts";
import { classRows, FUSED } from "../linalg/gemm/family.ts";
import type { Measurement, TuneOptions } from "../linalg/gemm/measurement.ts";
import { WeightSums } from "../linalg/gemm/weight_sums.ts";
import { Layout } from "../linalg/layout.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { backward, type KeptAdjoint } from "./backward.ts";
import { backwardTangent } from "./backward_tangent.ts";
import { BufferPool } from "./buffer_pool.ts";

/**
 * Finds out by timing whether the tangents of a field's Hessian-vector products are faster where single dispatches compute chains of layers.
 * The kernels of values and gradients should have been chosen before (`tuneKernels`). What is known already is not measured again.
 *
 * @returns What was measured.
 */
export async function tuneTangents(
  gpu: Gpu,
  { description, rows }: Pick<TuneRequest, "description" | "rows">,
  options: TuneOptions = {},
): Promise<Measurement[]> {
  const layout = new Layout(segmentsOf(description));
  const field = { gpu, description, layout };
  return await tuneChains(chainsOf(gpu, description), options, (layers, options) => {
    const chain = { layers, rows, passes: "tangents" } as const;
    return chooseChain(gpu, chain, options, (subject) => new TrialTangents(field, classRows(rows), subject));
  });
}

/** The passes for the tangents of a field with buffers of their own, all zeros, to be timed. */
class TrialTangents implements Trial {
  readonly #network: Network;
  readonly #pool: BufferPool;
  readonly #sums: WeightSums;
  readonly #parameters: Vector;
  readonly #seeds = new Map<Node, DeviceBuffer>();
  readonly #kept = new Map<Node, KeptAdjoint>();
  readonly #owned: DisposableStack;

  /** Allocates the buffers and records the passes whose tangents these are. */
  constructor(field: NetworkField, readonly rows: number, readonly subject: string) {
    const { gpu, description, layout } = field;
    using made = new DisposableStack();
    this.#network = made.use(new Network(field, rows, true));
    this.#pool = made.use(new BufferPool(gpu, rows));
    const length = layout.deviceLength;
    this.#sums = made.use(new WeightSums(gpu, { label: "tuning partial sums", length, rows }));
    this.#parameters = made.use(createVector(gpu, layout, "tuning parameters"));
    for (const layer of Object.values(description.outputs)) {
      const node = this.#network.node(layer);
      this.#seeds.set(node, made.use(gpu.buffer("tuning seeds", rows * node.padded * 4)));
    }
    backward(this.#begin(), this.#seeds, { keep: this.#kept });
    this.#owned = made.move();
  }

  /** Records the passes a few times, chains in single dispatches or layer by layer. */
  record(fused: boolean): void {
    const { rows } = this;
    const [network, direction] = [this.#network, this.#parameters];
    network.gpu.tuner.supposing(this.subject, fused ? FUSED : "apart", () => {
      for (let i = 0; i < REPEATS; i++) {
        network.forwardTangent(rows, direction, direction);
        backwardTangent({ ...this.#begin(), direction }, this.#seeds, this.#kept);
      }
    });
  }

  /** Frees the buffers. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  #begin() {
    const { rows } = this;
    this.#sums.begin(rows);
    const [network, pool, parameters, sums] = [this.#network, this.#pool, this.#parameters, this.#sums];
    return { network, pool, rows, blockRows: rows, parameters, sums };
  }
}
