import { createVector, type Vector } from "../linalg/vector.ts";
import type { Workspace } from "../diff/workspace.ts";
import gatherText from "../../wgsl/train/outcome_gather.wgsl" with { type: "text" };
import scatterText from "../../wgsl/train/outcome_scatter.wgsl" with { type: "text" };

/**
 * A hook that changes a step's vectors in place before they are used, for instance to their means over several processes. All
 * processes make the same calls in the same order. A step makes one call with all that it has: `{ gradient, outcome }`, where `outcome` is
 * `[loss, notFinite]`, and a `notFinite` other than 0 stops the training; `product`, the Hessian-vector product or the Gauss-Newton sample,
 * in steps that have one; `kroneckerFactors` for K-FAC. A step of several products makes a call of `{ product }` for each but the last
 * first. Gradient, product and loss are normalised by the process's own batch, so their means over equal batches are
 * those of all samples together.
 *
 * Recorded work is submitted before each call, and the step continues when the promise is fulfilled. A hook may read and
 * write the vectors, or record kernels on them.
 */
export type Reduce = (vectors: Readonly<Record<string, Vector>>) => Promise<void>;

const gatherSource = { name: "outcome_gather", text: gatherText };
const scatterSource = { name: "outcome_scatter", text: scatterText };

/** The loss and the NaN flag of a step, as a vector that a hook can reduce. */
export class Outcome implements Disposable {
  /** `[loss, notFinite]`. */
  readonly vector: Vector;
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    this.vector = createVector(workspace.gpu, [{ name: "outcome", shape: [2] }], "outcome");
  }

  /** Records copying a step's loss and flag to the vector. */
  gather(slot: number, step: number): void {
    this.#dispatch(gatherSource, slot, step);
  }

  /** Records copying the vector's numbers back to loss and flag. */
  scatter(slot: number, step: number): void {
    this.#dispatch(scatterSource, slot, step);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.vector[Symbol.dispose]();
  }

  #dispatch(source: typeof gatherSource, slot: number, step: number): void {
    const { gpu, losses, flags } = this.#workspace;
    gpu.dispatch(gpu.kernel(source), { outcome: this.vector.buffer, losses, flags }, { slot, step }, [1]);
  }
}
