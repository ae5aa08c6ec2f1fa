import type { Field } from "../../lib/field/field.ts";
import type { FieldDescription } from "../../lib/field/description.ts";
import type { DeviceBatch } from "../../lib/curvature/operator.ts";
import { Sampler } from "../../lib/train/sampler.ts";
import type { TrainingInput } from "../training/training_input.ts";

/** A field at one moment, at initialisation or at a checkpoint, with the input that it is trained on. */
export interface Moment {
  /** What its curves are called: an activation or a run. */
  readonly series: string;
  /** The seed of initialisation and of the batches. */
  readonly seed: number;
  /** The training step; 0 at initialisation. */
  readonly step: number;
  readonly field: Field;
  readonly input: TrainingInput;
  /** A small field of the same kind, whose Hessian is computed explicitly; undefined for a checkpoint. */
  readonly small?: FieldDescription;
}

/** Draws batches of a moment's data. The caller must dispose it. */
export class BatchSource implements Disposable {
  readonly #samplers: Sampler[] = [];

  constructor(readonly moment: Moment) {}

  /**
   * Draws samples without replacement.
   *
   * @param samples The number of samples; at most all are drawn.
   * @param number The number of the batch: batches of one size and different numbers are different.
   */
  draw(samples: number, number = 0): DeviceBatch {
    const { field: { gpu }, input: { data }, seed } = this.moment;
    const sampler = new Sampler(gpu, data.count, Math.min(samples, data.count), seed);
    this.#samplers.push(sampler);
    const draw = { seed, step: number, epoch: sampler.place(number).epoch };
    sampler.draw(number);
    return { samples: sampler.batchSize, fill: (chunk) => data.fill(chunk, sampler.indices, draw) };
  }

  /** Frees the indices of the batches. */
  [Symbol.dispose](): void {
    for (const sampler of this.#samplers.splice(0)) sampler[Symbol.dispose]();
  }
}
