import type { Vector } from "../field/vector.ts";
import { createVector } from "../field/vector.ts";
import type { Field } from "../field/field.ts";
import { type RandomKey, streams } from "../gpu/random.ts";
import type { Objective } from "../objective/objective.ts";
import type { Optimizer, Requests } from "../optim/optimizer.ts";
import { Differentiator } from "../diff/differentiator.ts";
import type { TrainingData } from "./data.ts";
import { Sampler } from "./sampler.ts";

/** Losses that may be outstanding between two read-backs. */
export const RING = 1024;

/** What a step is made of. */
export interface TrainingStepOptions {
  readonly field: Field;
  readonly objective: Objective;
  readonly data: TrainingData;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly seed: number;
  readonly memory?: number;
}

/** What a step changes. */
export interface StepSubject {
  /** Updated in place. */
  readonly parameters: Vector;
  /** Makes the update. */
  readonly optimizer: Optimizer;
}

/**
 * Records training steps: draw the batch, gradient and products, observe, update. Everything that it needs on the device is
 * allocated when it is made; a recorded step allocates nothing and reads nothing back.
 */
export class TrainingStep implements Disposable {
  /** Draws the batches. */
  readonly sampler: Sampler;
  /** Holds the ring of losses and the flags. */
  readonly differentiator: Differentiator;
  /** Hessian-vector products of the steps recorded so far. */
  hvps = 0;
  readonly #gradient: Vector;
  readonly #direction: Vector;
  readonly #product: Vector;

  constructor(readonly options: TrainingStepOptions) {
    const { field, objective, data, batchSize, seed, memory, optimizer } = options;
    const { gpu, layout } = field;
    this.sampler = new Sampler(gpu, data.count, Math.min(batchSize, data.count), seed);
    const products = optimizer.usesProducts;
    this.differentiator = new Differentiator(field, objective, {
      rows: this.sampler.batchSize,
      products,
      slots: RING,
      memory,
    });
    this.#gradient = createVector(gpu, layout, "gradient");
    // Optimizers without probes never touch these two.
    this.#direction = products ? createVector(gpu, layout, "direction") : this.#gradient;
    this.#product = products ? createVector(gpu, layout, "product") : this.#gradient;
  }

  /** Records one step. */
  record(step: number, learningRate: number): void {
    const { optimizer, field: { parameters } } = this.options;
    const requests = optimizer.requests();
    this.#record(step, learningRate, { optimizer, parameters }, requests);
    this.hvps += requests.hessianProbes;
  }

  /** Records a step's work on something else than what is trained, as it would be with these requests. */
  rehearse(step: number, subject: StepSubject, requests: Requests): void {
    this.#record(step, 0, subject, requests);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.sampler[Symbol.dispose]();
    this.differentiator[Symbol.dispose]();
    for (const vector of [this.#gradient, this.#direction, this.#product]) vector[Symbol.dispose]();
  }

  #record(step: number, learningRate: number, { parameters, optimizer }: StepSubject, requests: Requests): void {
    const { field, data, seed } = this.options;
    field.gpu.phase("batch");
    const { rows } = this.sampler.draw(step);
    const request = {
      rows,
      fill: (chunk: Parameters<TrainingData["fill"]>[0]) => data.fill(chunk, this.sampler.indices),
      gradient: this.#gradient,
      slot: step % RING,
      step,
    };
    const products = Array.from({ length: requests.hessianProbes }, (_, i) => {
      const probe: RandomKey = { seed, stream: streams.probe + 256 * i, step };
      return {
        kind: "hessian" as const,
        direction: this.#direction,
        result: this.#product,
        prepare: () => this.#direction.fillRademacher(probe),
        done: () => optimizer.observe({ probe: this.#direction, hvp: this.#product }),
      };
    });
    this.differentiator.record({ ...request, products });
    field.gpu.phase("update");
    optimizer.step({ parameters, gradient: this.#gradient, learningRate });
    field.gpu.phase("");
  }
}
