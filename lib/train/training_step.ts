import type { Vector } from "../linalg/vector.ts";
import { createVector } from "../linalg/vector.ts";
import { checkEncodings } from "../field/encoding/check_encodings.ts";
import type { Field } from "../field/field.ts";
import { tuneKernels } from "../field/tune.ts";
import { linearGroups } from "../gpu/groups.ts";
import { type RandomKey, streams } from "../gpu/random.ts";
import { tuneProducts } from "../linalg/gemm/tune.ts";
import type { Objective } from "../objective/objective.ts";
import { countOf, type Observation, type ObservationRequest } from "../optim/observation.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { KroneckerFactors } from "../diff/kronecker_factors.ts";
import { differentiate } from "../diff/passes.ts";
import type { DifferentiationRequest, ProductRequest } from "../diff/request.ts";
import { Workspace } from "../diff/workspace.ts";
import type { TrainingData } from "../data/training_data.ts";
import { Outcome, type Reduce } from "./reduce.ts";
import { Sampler } from "./sampler.ts";
import watchText from "../../wgsl/train/finite_check.wgsl" with { type: "text" };

const watchSource = { name: "finite_check", text: watchText };

/** The length of the ring buffer of losses: the most steps between two read-backs. */
export const RING = 1024;

/** What a step is made of. */
interface TrainingStepOptions {
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
interface StepTarget {
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
  readonly workspace: Workspace;
  /** Hessian-vector products of the steps recorded so far. */
  hvps = 0;
  readonly #gradient: Vector;
  /** What products share, one after the other, where the optimizer observes any. */
  readonly #shared?: { readonly direction: Vector; readonly product: Vector };
  readonly #kronecker?: KroneckerFactors;
  readonly #hook?: { readonly reduce: Reduce; readonly outcome: Outcome };
  readonly #owned: DisposableStack;

  constructor(readonly options: TrainingStepOptions) {
    const { field, objective, data, batchSize, seed, memory, optimizer, reduce } = options;
    const { gpu, layout } = field;
    using made = new DisposableStack();
    this.sampler = made.use(new Sampler(gpu, data.count, Math.min(batchSize, data.count), seed));
    const { observes } = optimizer;
    const products = observes !== undefined && observes !== "kroneckerFactors";
    const samples = this.sampler.batchSize;
    this.workspace = made.use(new Workspace(field, objective, { samples, products, slots: RING, memory }));
    this.#gradient = made.use(createVector(gpu, layout, "gradient"));
    if (observes === "kroneckerFactors") {
      this.#kronecker = made.use(new KroneckerFactors(gpu, layout, this.workspace.chunkRows));
    }
    if (products) {
      const direction = made.use(createVector(gpu, layout, "direction"));
      this.#shared = { direction, product: made.use(createVector(gpu, layout, "product")) };
    }
    if (reduce !== undefined) this.#hook = { reduce, outcome: made.use(new Outcome(this.workspace)) };
    this.#owned = made.move();
  }

  /** Checks the field's encodings, and finds the fastest kernels for what steps are made of, where that is not known yet. */
  async tune(): Promise<void> {
    const { optimizer, field: { gpu, description } } = this.options;
    await checkEncodings(gpu, description);
    const { count, batchSize } = this.sampler;
    // An epoch's last batch may be smaller, and a batch's last chunk: kernels are chosen for these too, before the first step.
    const sizes = [batchSize, count % batchSize].filter((samples) => samples > 0);
    for (const rows of new Set(sizes.flatMap((samples) => this.workspace.chunkSizes(samples)))) {
      await tuneKernels(gpu, { description, rows, gradients: true });
    }
    if (optimizer.multipliesMatrices) await tuneProducts(gpu, [{ kind: "batched" }]);
  }

  /** Records one step. Only where there is a hook it takes time on the device, and returns a promise. */
  record(step: number, learningRate: number): Promise<void> | undefined {
    const { optimizer, field: { parameters } } = this.options;
    const requests = optimizer.requests();
    this.hvps += countOf(requests, "hessianProbe");
    if (this.#hook !== undefined) return this.#recordReduced(step, learningRate, requests, this.#hook);
    this.#record(step, learningRate, { optimizer, parameters }, requests);
  }

  /** Records a step's work on something else than what is trained, as it would be with these requests, without a hook. */
  rehearse(step: number, target: StepTarget, requests: readonly ObservationRequest[]): void {
    this.#record(step, 0, target, requests);
  }

  /** Records a look at the parameters after `step`: `flags[1]` gets its number if one of them is not finite. */
  watch(step: number): void {
    const { gpu, layout, parameters } = this.options.field;
    const length = layout.deviceLength / 4;
    const { flags } = this.workspace;
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

  #record(
    step: number,
    learningRate: number,
    { parameters, optimizer }: StepTarget,
    requests: readonly ObservationRequest[],
  ): void {
    const { gpu } = this.options.field;
    const request = this.#request(step, requests);
    const onProduct = (product: ProductRequest) => {
      gpu.phase("update");
      optimizer.observe(observationOf(product));
    };
    differentiate(this.workspace, { ...request, products: this.#products(step, requests), onProduct });
    gpu.phase("update");
    if (request.kronecker !== undefined) optimizer.observe({ kroneckerFactors: request.kronecker.factors });
    optimizer.step({ parameters, gradient: this.#gradient, learningRate });
    gpu.phase("");
  }

  /**
   * The same with the hook, which is awaited after each product and so before the next one may overwrite it: each product takes a
   * pass over the batch.
   */
  async #recordReduced(
    step: number,
    learningRate: number,
    requests: readonly ObservationRequest[],
    { reduce, outcome }: { readonly reduce: Reduce; readonly outcome: Outcome },
  ): Promise<void> {
    const { optimizer, field: { gpu, parameters } } = this.options;
    const submitAndReduce = (vectors: Readonly<Record<string, Vector>>) => {
      gpu.flush();
      return reduce(vectors);
    };
    const { kronecker, ...request } = this.#request(step, requests);
    const products = this.#products(step, requests);
    if (products.length === 0 || kronecker !== undefined) differentiate(this.workspace, { ...request, kronecker });
    for (const product of products) {
      differentiate(this.workspace, { ...request, products: [product] });
      gpu.phase("reduce");
      await submitAndReduce({ product: product.result });
      gpu.phase("update");
      optimizer.observe(observationOf(product));
    }
    gpu.phase("reduce");
    if (kronecker !== undefined) {
      await submitAndReduce({ kroneckerFactors: kronecker.factors });
      gpu.phase("update");
      optimizer.observe({ kroneckerFactors: kronecker.factors });
      gpu.phase("reduce");
    }
    // Last, since with it goes the outcome, to which the products belong.
    outcome.gather(step % RING, step);
    await submitAndReduce({ gradient: this.#gradient, outcome: outcome.vector });
    outcome.scatter(step % RING, step);
    gpu.phase("update");
    optimizer.step({ parameters, gradient: this.#gradient, learningRate });
    gpu.phase("");
  }

  /** Draws a step's batch; what is to be computed on it, without products. */
  #request(
    step: number,
    requests: readonly ObservationRequest[],
  ): Omit<DifferentiationRequest, "products" | "onGradient" | "onProduct"> {
    const { field, data, seed } = this.options;
    field.gpu.phase("batch");
    const { rows: samples, epoch } = this.sampler.draw(step);
    return {
      samples,
      fill: (chunk) => data.fill(chunk, this.sampler.indices, { seed, step, epoch }),
      gradient: this.#gradient,
      kronecker: countOf(requests, "kroneckerFactors") > 0 ? this.#kronecker : undefined,
      slot: step % RING,
      step,
    };
  }

  /** A step's products, which share their vectors. */
  #products(step: number, requests: readonly ObservationRequest[]): ProductRequest[] {
    const hessianProbes = countOf(requests, "hessianProbe");
    const count = hessianProbes + countOf(requests, "gaussNewtonSample");
    if (count === 0) return [];
    if (this.#shared === undefined) {
      throw new Error(`${this.options.optimizer.spec.name}: requests products, but observes none.`);
    }
    const { direction, product: result } = this.#shared;
    return Array.from({ length: count }, (_, i): ProductRequest => {
      const key: RandomKey = { seed: this.options.seed, stream: streams.probe + 256 * i, step };
      if (i >= hessianProbes) return { kind: "gaussNewtonSample", key, result };
      return { kind: "hessian", direction, result, prepare: () => direction.fillRademacher(key) };
    });
  }
}

/** A product as optimizers observe it. */
function observationOf(product: ProductRequest): Observation {
  return product.kind === "gaussNewtonSample"
    ? { gaussNewtonSample: product.result }
    : { probe: product.direction, hvp: product.result };
}
