import { TUNE_OPTIONS } from "./gemm/measurement.ts";
import { checkOptions } from "../hyperparameter/members.ts";
import type { DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import { chooseWay, REPEATS, type Trial } from "./gemm/choose_way.ts";
import type { Measurement, TuneOptions } from "./gemm/measurement.ts";
import { tuneProducts } from "./gemm/tune.ts";
import { squareLayout } from "./matrix_view.ts";
import { NewtonSchulz } from "./newton_schulz.ts";
import { canBeWhole, LARGEST, WHOLE_SUBJECT } from "./whole_matrices.ts";

/** The matrices that stand for those of optimizers. */
const COUNT = 4;

/**
 * Finds the fastest kernels for what optimizers do with matrices: for batches of products, and whether one workgroup computes all stages for a
 * small matrix. What is known already is not measured again.
 *
 * @returns What was measured.
 */
export async function tuneMatrices(gpu: Gpu, options: TuneOptions = {}): Promise<Measurement[]> {
  checkOptions("tuneMatrices", options, TUNE_OPTIONS);
  const measurements = await tuneProducts(gpu, [{ kind: "batched" }], options);
  if (gpu.tuner.asked !== "auto" || !canBeWhole(gpu)) return measurements;
  const whole = await chooseWay(gpu, WHOLE_SUBJECT, options, () => new TrialSequence(gpu));
  return whole === undefined ? measurements : [...measurements, whole];
}

/** A sequence of products of matrices of the largest size, to be timed. */
export class TrialSequence implements Trial {
  readonly #data: DeviceBuffer;
  readonly #newtonSchulz: NewtonSchulz;
  readonly #owned: DisposableStack;

  /** Allocates the matrices, all zeros. */
  constructor(gpu: Gpu) {
    const layout = squareLayout(Array.from({ length: COUNT }, (_, i) => ({ name: `${i}`, size: LARGEST })));
    using made = new DisposableStack();
    this.#data = made.use(gpu.buffer("tuning matrices", layout.deviceLength * 4));
    this.#newtonSchulz = made.use(new NewtonSchulz(gpu, layout, [...layout], "polarExpress"));
    this.#owned = made.move();
  }

  /** Records the sequence a few times, in one dispatch or each product in its own. */
  record(fused: boolean): void {
    for (let i = 0; i < REPEATS; i++) this.#newtonSchulz.record(this.#data, fused);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
