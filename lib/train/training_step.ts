import { createVector, type Vector } from "../linalg/vector.ts";
import { checkEncodings } from "../field/encoding/check_encodings.ts";
import type { Field } from "../field/field.ts";
import type { StorageFormat } from "../gpu/storage_format.ts";
import { tuneKernels } from "../field/tune.ts";
import { tuneMatrices } from "../linalg/tune_matrices.ts";
import type { Objective } from "../objective/objective.ts";
import { countOf, type ObservationRequest } from "../optim/observation.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { KroneckerFactors } from "../diff/kronecker_factors.ts";
import { tuneTangents } from "../diff/tune_tangents.ts";
import { differentiate, differentiateInParts } from "../diff/passes.ts";
import type { DifferentiationRequest, ProductRequest } from "../diff/request.ts";
import { Workspace } from "../diff/workspace.ts";
import type { TrainingData } from "../data/training_data.ts";
import { keepState } from "./keep_state.ts";
import { Breaks } from "./breaks.ts";
import { checkFinite } from "./finite_check.ts";
import { partOf, partSizes, type Peers } from "./peers.ts";
import { Outcome, type Reduce } from "./reduce.ts";
import { Sampler } from "./sampler.ts";
import { observationOf, type ProductKey, productsOf } from "./step_products.ts";

/** The length of the ring buffer of losses: the most steps between two read-backs. */
export const RING = 16384;

/** What a step is made of. */
interface TrainingStepOptions {
  readonly field: Field;
  readonly objective: Objective;
  readonly data: TrainingData;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly seed: number;
  readonly memory?: number;
  readonly storage?: StorageFormat;
  readonly reduce?: Reduce;
  /** The processes that each compute a part of every batch. */
  readonly peers?: Pick<Peers, "rank" | "size">;
}

/** What a step changes. */
interface StepTarget {
  /** Updated in place. */
  readonly parameters: Vector;
  /** Makes the update. */
  readonly optimizer: Optimizer;
}

/** A step that is recorded. */
interface RecordedStep {
  readonly step: number;
  readonly learningRate: number;
  readonly target: StepTarget;
  readonly requests: readonly ObservationRequest[];
  /** The most samples of this process's part of the batch that are used; all by default. */
  readonly samples?: number;
  /** Stops the step between two passes. */
  readonly signal?: AbortSignal;
}

/**
 * Records training steps: draw the batch, gradient and products, observe, update. Everything that it needs on the device is
 * allocated when it is made; a recorded step allocates nothing on the device, and only a long one reads back.
 */
export class TrainingStep implements Disposable {
  /** Draws the batches. */
  readonly sampler: Sampler;
  /** Holds the ring of losses and the flags. */
  readonly workspace: Workspace;
  /** Hessian-vector products of the steps recorded so far. */
  hvps = 0;
  /** The most samples of a batch that this process computes. */
  readonly samples: number;
  readonly #gradient: Vector;
  /** What products share, one after the other, where the optimizer observes any. */
  readonly #shared?: { readonly direction: Vector; readonly product: Vector };
  readonly #kronecker?: KroneckerFactors;
  readonly #hook?: { readonly reduce: Reduce; readonly outcome: Outcome };
  readonly #breaks = new Breaks();
  readonly #owned: DisposableStack;

  constructor(readonly options: TrainingStepOptions) {
    const { field, objective, data, batchSize, seed, memory, storage, optimizer, reduce, peers } = options;
    const { gpu, layout } = field;
    using made = new DisposableStack();
    this.sampler = made.use(new Sampler(gpu, data.count, Math.min(batchSize, data.count), seed));
    const { observes } = optimizer;
    const products = observes.some((kind) => kind !== "kroneckerFactors");
    [this.samples] = partSizes(this.sampler.batchSize, peers);
    this.workspace = made.use(
      new Workspace(field, objective, { samples: this.samples, products, slots: RING, memory, storage }),
    );
    this.#gradient = made.use(createVector(gpu, layout, "gradient"));
    if (observes.includes("kroneckerFactors")) {
      this.#kronecker = made.use(new KroneckerFactors(gpu, layout, this.workspace.chunkRows));
    }
    if (products) {
      const direction = made.use(createVector(gpu, layout, "direction"));
      this.#shared = { direction, product: made.use(createVector(gpu, layout, "product")) };
    }
    if (reduce !== undefined) this.#hook = { reduce, outcome: made.use(new Outcome(this.workspace)) };
    this.#owned = made.move();
  }

  /**
   * Checks the field's encodings, and finds the fastest kernels for what steps are made of, where that is not known yet.
   *
   * @param signal Stops the search between two kinds of products; what is not known then stays unknown.
   */
  async tune(signal?: AbortSignal): Promise<void> {
    const { optimizer, peers, field: { gpu, description } } = this.options;
    await checkEncodings(gpu, description);
    const { count, batchSize } = this.sampler;
    // An epoch's last batch may be smaller, and a batch's last chunk: kernels are chosen for these too, before the first step.
    const sizes = [batchSize, count % batchSize].flatMap((samples) => partSizes(samples, peers));
    for (const rows of new Set(sizes.flatMap((samples) => this.workspace.chunkSizes(samples)))) {
      await tuneKernels(gpu, { description, rows, gradients: true }, { signal });
      if (this.workspace.hasProducts) await tuneTangents(gpu, { description, rows }, { signal });
    }
    if (optimizer.multipliesMatrices) await tuneMatrices(gpu, { signal });
  }

  /**
   * Records one step. A step that takes long can be stopped between two passes over a chunk, unless there is a hook, which other
   * processes wait for. Then it changes neither the parameters nor the optimizer.
   *
   * @returns Whether the step was recorded; false if the signal stopped it.
   */
  async record(step: number, learningRate: number, signal?: AbortSignal): Promise<boolean> {
    const { optimizer, field: { parameters } } = this.options;
    const requests = optimizer.requests();
    const whole = this.#hook === undefined
      ? await this.#follow({ step, learningRate, target: { optimizer, parameters }, requests, signal })
      : await this.#recordReduced(step, learningRate, requests, this.#hook);
    if (whole) this.hvps += countOf(requests, "hessianProbe");
    return whole;
  }

  /**
   * Records a step's work on something else than what is trained, as it would be with these requests, without a hook.
   *
   * @param samples The most samples of this process's part of the batch that are used.
   * @returns Whether it was recorded; false if the signal stopped it.
   */
  rehearse(
    step: number,
    target: StepTarget,
    requests: readonly ObservationRequest[],
    { samples, signal }: { readonly samples?: number; readonly signal?: AbortSignal } = {},
  ): Promise<boolean> {
    return this.#follow({ step, learningRate: 0, target, requests, samples, signal });
  }

  /** Says that the device has completed all recorded work. */
  waited(): void {
    this.#breaks.waited();
  }

  /** Records looking for numbers that are not finite in the parameters and the optimizer's state after `step`. */
  checkFinite(step: number): void {
    const { field: { gpu, parameters }, optimizer } = this.options;
    gpu.phase("update");
    checkFinite(step, { parameters, state: Object.values(optimizer.state), flags: this.workspace.flags });
    gpu.phase("");
  }

  /** Records forgetting what was not finite in rehearsals. */
  forgetFlags(): void {
    this.workspace.clearFlags();
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  /** Records a step pass by pass, so that a signal can stop it if it takes long. */
  async #follow(recorded: RecordedStep): Promise<boolean> {
    const { signal, target: { optimizer }, requests } = recorded;
    const products = requests.reduce((sum, { count }) => sum + count, 0);
    // Only a step of several products can be stopped after the optimizer has observed one of them.
    const undo = signal !== undefined && products > 1 && this.#breaks.comesWithin(this.#passesAtMost(products))
      ? await keepState(optimizer)
      : undefined;
    const whole = await this.#breaks.follow(this.options.field.gpu, this.#passes(recorded), signal);
    if (!whole) undo?.();
    return whole;
  }

  /** The most passes over chunks that a step with so many products has. */
  #passesAtMost(products: number): number {
    return 4 * products * Math.ceil(this.samples / this.workspace.chunkSamples);
  }

  /** Records a step; yields between its passes. */
  *#passes(
    { step, learningRate, target: { parameters, optimizer }, requests, samples }: RecordedStep,
  ): Generator<void, void, void> {
    const { gpu } = this.options.field;
    const request = this.#request(step, requests, samples);
    const onProduct = (product: ProductRequest) => {
      gpu.phase("update");
      optimizer.observe(observationOf(product));
    };
    yield* differentiateInParts(this.workspace, {
      ...request,
      products: productsOf(requests, this.#key(step)),
      onProduct,
    });
    gpu.phase("update");
    if (request.kronecker !== undefined) optimizer.observe({ kroneckerFactors: request.kronecker.factors });
    optimizer.step({ parameters, gradient: this.#gradient, learningRate });
    gpu.phase("");
  }

  /**
   * The same with the hook. It is awaited after each product but the last, before the next one overwrites it, so that each of several
   * products takes a pass over the batch. The last one goes with the gradient, because every call waits for the device.
   */
  async #recordReduced(
    step: number,
    learningRate: number,
    requests: readonly ObservationRequest[],
    { reduce, outcome }: { readonly reduce: Reduce; readonly outcome: Outcome },
  ): Promise<true> {
    const { optimizer, field: { gpu, parameters } } = this.options;
    const submitAndReduce = (vectors: Readonly<Record<string, Vector>>) => {
      gpu.flush();
      return reduce(vectors);
    };
    const { kronecker, ...request } = this.#request(step, requests);
    const products = productsOf(requests, this.#key(step));
    for (const product of products.slice(0, -1)) {
      differentiate(this.workspace, { ...request, products: [product] });
      gpu.phase("reduce");
      await submitAndReduce({ product: product.result });
      gpu.phase("update");
      optimizer.observe(observationOf(product));
    }
    const last = products.at(-1);
    differentiate(this.workspace, { ...request, kronecker, products: products.slice(-1) });
    gpu.phase("reduce");
    outcome.gather(step % RING, step);
    await submitAndReduce({
      ...last && { product: last.result },
      ...kronecker && { kroneckerFactors: kronecker.factors },
      gradient: this.#gradient,
      outcome: outcome.vector,
    });
    outcome.scatter(step % RING, step);
    gpu.phase("update");
    if (last !== undefined) optimizer.observe(observationOf(last));
    if (kronecker !== undefined) optimizer.observe({ kroneckerFactors: kronecker.factors });
    optimizer.step({ parameters, gradient: this.#gradient, learningRate });
    gpu.phase("");
    return true;
  }

  /** What the products of a step have in common. */
  #key(step: number): ProductKey {
    const { optimizer: { spec: { name } }, seed } = this.options;
    return { step, seed, optimizer: name, ...this.#shared };
  }

  /** Draws a step's batch; what is to be computed on it, without products. */
  #request(
    step: number,
    requests: readonly ObservationRequest[],
    most = Infinity,
  ): Omit<DifferentiationRequest, "products" | "onProduct"> {
    const { field, data, seed, peers } = this.options;
    field.gpu.phase("batch");
    const { rows, epoch, first: place } = this.sampler.place(step);
    const { first, samples } = partOf(rows, peers);
    const { inOrder } = data.fill;
    if (inOrder === undefined) this.sampler.draw(step, { first, samples });
    return {
      // Those that are left out of a rehearsal do not count.
      samples: peers === undefined ? Math.min(rows, most) : rows,
      part: { first, samples: Math.min(samples, most) },
      fill: (chunk) => {
        if (inOrder !== undefined) inOrder(chunk, { seed, epoch, first: place });
        else data.fill(chunk, this.sampler.indices, { seed, step, epoch });
      },
      gradient: this.#gradient,
      kronecker: countOf(requests, "kroneckerFactors") > 0 ? this.#kronecker : undefined,
      slot: step % RING,
      step,
    };
  }
}
