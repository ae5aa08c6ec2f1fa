import type { Vector } from "../field/vector.ts";
import { createVector } from "../field/vector.ts";
import type { Field } from "../field/field.ts";
import { type RandomKey, streams } from "../gpu/random.ts";
import type { Objective } from "../objective/objective.ts";
import { createOptimizer, type Optimizer } from "../optim/optimizer.ts";
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

/**
 * Records training steps: draw the batch, gradient and products, observe, update. Everything that it needs on the device is
 * allocated when it is made; a recorded step allocates nothing and reads nothing back.
 */
export class TrainingStep implements Disposable {
  /** Draws the batches. */
  readonly sampler: Sampler;
  /** Holds the ring of losses and the flags. */
  readonly differentiator: Differentiator;
  /** Hessian-vector products recorded so far. */
  hvps = 0;
  readonly #options: TrainingStepOptions;
  readonly #gradient: Vector;
  readonly #direction: Vector;
  readonly #product: Vector;

  constructor(options: TrainingStepOptions) {
    const { field, objective, data, batchSize, seed, memory, optimizer } = options;
    const { gpu, layout } = field;
    this.#options = options;
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
    this.#record(step, learningRate, this.#options.optimizer, this.#options.field.parameters);
  }

  /** Runs the optimizer's rehearsal on copies, so that everything is compiled before time is measured. */
  async warmUp(): Promise<void> {
    const { field, optimizer } = this.#options;
    const { gpu, layout } = field;
    using copy = createVector(gpu, layout, "warm-up parameters");
    using rehearsal = createOptimizer(gpu, optimizer.spec, layout);
    gpu.copy(field.parameters.buffer, copy.buffer);
    for (const step of optimizer.spec.rehearsal ?? [0]) {
      rehearsal.restore({ step, observations: rehearsal.counters.observations });
      this.#record(0, optimizer.spec.learningRate, rehearsal, copy);
    }
    if (optimizer.usesProducts) this.#gradientAlone();
    await gpu.synchronize();
    this.hvps = 0;
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.sampler[Symbol.dispose]();
    this.differentiator[Symbol.dispose]();
    for (const vector of [this.#gradient, this.#direction, this.#product]) vector[Symbol.dispose]();
  }

  #record(step: number, learningRate: number, optimizer: Optimizer, parameters: Vector): void {
    const { field, data, seed } = this.#options;
    field.gpu.phase("batch");
    const { rows } = this.sampler.draw(step);
    const request = {
      rows,
      fill: (chunk: Parameters<TrainingData["fill"]>[0]) => data.fill(chunk, this.sampler.indices),
      gradient: this.#gradient,
      slot: step % RING,
      step,
    };
    const products = Array.from({ length: optimizer.requests().hessianProbes }, (_, i) => {
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
    this.hvps += products.length;
    field.gpu.phase("update");
    optimizer.step({ parameters, gradient: this.#gradient, learningRate });
    field.gpu.phase("");
  }

  #gradientAlone(): void {
    const { data } = this.#options;
    const { rows } = this.sampler.draw(0);
    const fill = (chunk: Parameters<TrainingData["fill"]>[0]) => data.fill(chunk, this.sampler.indices);
    this.differentiator.record({ rows, fill, gradient: this.#gradient });
  }
}
