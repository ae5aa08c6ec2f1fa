import type { Vector } from "../linalg/vector.ts";
import { createVector } from "../linalg/vector.ts";
import type { Field } from "../field/field.ts";
import { tuneKernels } from "../field/tune.ts";
import { linearGroups } from "../gpu/groups.ts";
import { type RandomKey, streams } from "../gpu/random.ts";
import { tuneProducts } from "../linalg/gemm/tune_products.ts";
import type { Objective } from "../objective/objective.ts";
import type { Optimizer, Requests } from "../optim/optimizer.ts";
import { Differentiator } from "../diff/differentiator.ts";
import type { ChunkRequest, DifferentiationPart, ProductRequest } from "../diff/request.ts";
import { KroneckerFactors } from "../diff/kronecker_factors.ts";
import type { TrainingData } from "../data/training_data.ts";
import { Outcome, type Reduce } from "./reduce.ts";
import { Sampler } from "./sampler.ts";
import watchText from "../../wgsl/train/finite_check.wgsl" with { type: "text" };

const watchSource = { name: "finite_check", text: watchText };

/** The length of the ring buffer of losses: the most steps between two read-backs. */
export const RING = 1024;

/** What becomes complete in the course of a step. */
type StepPart = DifferentiationPart | "kroneckerFactors";

/** What a step is made of. */
export interface TrainingStepOptions {
  readonly field: Field;
  readonly objective: Objective;
  readonly data: TrainingData;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly seed: number;
  readonly memory?: number;
  readonly reduce?: Reduce;
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
  readonly #outcome?: Outcome;
  readonly #owned: DisposableStack;
  readonly #kronecker?: KroneckerFactors;

  constructor(readonly options: TrainingStepOptions) {
    const { field, objective, data, batchSize, seed, memory, optimizer, reduce } = options;
    const { gpu, layout } = field;
    using made = new DisposableStack();
    this.sampler = made.use(new Sampler(gpu, data.count, Math.min(batchSize, data.count), seed));
    const products = optimizer.usesProducts;
    const samples = this.sampler.batchSize;
    this.differentiator = made.use(new Differentiator(field, objective, { samples, products, slots: RING, memory }));
    this.#gradient = made.use(createVector(gpu, layout, "gradient"));
    if (optimizer.usesKroneckerFactors) {
      this.#kronecker = made.use(new KroneckerFactors(gpu, layout, this.differentiator.chunk));
    }
    // Optimizers without probes never touch these two.
    this.#direction = products ? made.use(createVector(gpu, layout, "direction")) : this.#gradient;
    this.#product = products ? made.use(createVector(gpu, layout, "product")) : this.#gradient;
    if (reduce !== undefined) this.#outcome = made.use(new Outcome(this.differentiator));
    this.#owned = made.move();
  }

  /** Finds the fastest kernels for what steps are made of, where that is not known yet. */
  async tune(): Promise<void> {
    const { optimizer, field: { gpu, description } } = this.options;
    const { count, batchSize } = this.sampler;
    // An epoch's last batch may be smaller, and a batch's last chunk: kernels are chosen for these too, before the first step.
    const sizes = [batchSize, count % batchSize].filter((samples) => samples > 0);
    for (const rows of new Set(sizes.flatMap((samples) => this.differentiator.chunkSizes(samples)))) {
      await tuneKernels(gpu, { description, rows, gradients: true });
    }
    if (optimizer.multipliesMatrices) await tuneProducts(gpu);
  }

  /** Records one step. Only where there is a hook it takes time on the device, and returns a promise. */
  record(step: number, learningRate: number): Promise<void> | undefined {
    const { optimizer, field: { parameters } } = this.options;
    const requests = optimizer.requests();
    const parts = this.#parts(step, learningRate, { optimizer, parameters }, requests);
    this.hvps += requests.hessianProbes;
    if (this.#outcome !== undefined) return this.#reduced(parts, step, this.#outcome);
    runThrough(parts);
  }

  /** Records a step's work on something else than what is trained, as it would be with these requests, without a hook. */
  rehearse(step: number, subject: StepSubject, requests: Requests): void {
    runThrough(this.#parts(step, 0, subject, requests));
  }

  /** Records a look at the parameters after `step`: `flags[1]` gets its number if one of them is not finite. */
  watch(step: number): void {
    const { gpu, layout, parameters } = this.options.field;
    const length = layout.deviceLength / 4;
    const { flags } = this.differentiator;
    gpu.phase("update");
    gpu.dispatch(
      gpu.kernel(watchSource),
      { data: parameters.buffer, flags },
      { length, step },
      linearGroups(length, 64),
    );
    gpu.phase("");
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  /** A step in parts: after each it yields a vector that is complete, and may be reduced before the next. */
  *#parts(
    step: number,
    learningRate: number,
    { parameters, optimizer }: StepSubject,
    { hessianProbes, gaussNewtonSample = 0, kroneckerFactors = false }: Requests,
  ): Generator<StepPart, void> {
    const { field, data, seed } = this.options;
    field.gpu.phase("batch");
    const { rows: samples, epoch } = this.sampler.draw(step);
    const request = {
      samples,
      fill: (chunk: ChunkRequest) => data.fill(chunk, this.sampler.indices, { seed, step, epoch }),
      gradient: this.#gradient,
      slot: step % RING,
      step,
    };
    const kronecker = kroneckerFactors ? this.#kronecker : undefined;
    const products = Array.from({ length: hessianProbes + gaussNewtonSample }, (_, i): ProductRequest => {
      const key: RandomKey = { seed, stream: streams.probe + 256 * i, step };
      const result = this.#product;
      if (i >= hessianProbes) return { kind: "gaussNewtonSample", key, result };
      const direction = this.#direction;
      return { kind: "hessian", direction, result, prepare: () => direction.fillRademacher(key) };
    });
    let observed = 0;
    for (const part of this.differentiator.parts({ ...request, products, kronecker })) {
      if (part === "gradient") continue;
      yield part;
      field.gpu.phase("update");
      optimizer.observe(
        observed++ < hessianProbes
          ? { probe: this.#direction, hvp: this.#product }
          : { gaussNewtonSample: this.#product },
      );
    }
    if (kronecker !== undefined) {
      yield "kroneckerFactors";
      field.gpu.phase("update");
      optimizer.observe({ kroneckerFactors: kronecker.factors });
    }
    // Last, since with it goes the outcome, to which the products belong.
    yield "gradient";
    field.gpu.phase("update");
    optimizer.step({ parameters, gradient: this.#gradient, learningRate });
    field.gpu.phase("");
  }

  async #reduced(parts: Iterable<StepPart>, step: number, outcome: Outcome): Promise<void> {
    const { reduce, field: { gpu } } = this.options;
    for (const part of parts) {
      gpu.phase("reduce");
      if (part === "gradient") outcome.gather(step % RING, step);
      gpu.flush();
      await reduce!(
        {
          gradient: { gradient: this.#gradient, outcome: outcome.vector },
          product: { product: this.#product },
          kroneckerFactors: { kroneckerFactors: this.#kronecker?.factors },
        }[part] as Record<string, Vector>,
      );
      if (part === "gradient") outcome.scatter(step % RING, step);
    }
  }
}

/** Goes through all parts without a stop. */
function runThrough(parts: Iterator<unknown>): void {
  while (!parts.next().done);
}
