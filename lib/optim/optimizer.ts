import { checkArguments, DEVICE } from "../hyperparameter/arguments.ts";
import type { Gpu } from "../gpu/device.ts";
import { checkMember, checkOptions, LIST, type OptionNames } from "../hyperparameter/members.ts";
import { Layout, type Segment } from "../linalg/layout.ts";
import { Vector } from "../linalg/vector.ts";
import { checkCore, checkDisposable, checkSpec, checkTransformCore, VECTOR } from "./check_core.ts";
import {
  isOfKind,
  type Observation,
  type ObservationKind,
  type ObservationRequest,
  observedLayout,
  observedVector,
} from "./observation.ts";
import type { OptimizerPreconditioner, PreconditionerMoment } from "./preconditioner.ts";

/** What one update is given. */
export interface StepRequest {
  /** The parameters, which are updated in place. */
  readonly parameters: Vector;
  /** The gradient on the step's batch. */
  readonly gradient: Vector;
  /** The learning rate; by default the optimizer's own. */
  readonly learningRate?: number;
}

const STEP_MEMBERS: OptionNames<StepRequest> = { parameters: true, gradient: true, learningRate: true };

/** What an optimizer is told when it is made for a vector. */
export interface OptimizerContext {
  /** The device on which the vectors lie. */
  readonly gpu: Gpu;
  /** The layout of the vector to be optimised. */
  readonly layout: Layout;
}

/**
 * The working part of an optimizer, made for one layout. It owns everything that it made, its state included, and frees it when it is
 * disposed. Its methods only queue GPU work; none waits for results.
 */
export interface OptimizerCore extends Disposable {
  /** The vectors that a checkpoint must hold, by name. */
  readonly state: Readonly<Record<string, Vector>>;
  /** Whether it multiplies matrices of the parameters' size, so that the kernels for it matter. */
  readonly multipliesMatrices?: boolean;
  /** The kinds of curvature that it observes; none by default. A core that observes has the next two methods as well. */
  readonly observes?: readonly ObservationKind[];
  /** What the step with this number (from 0) needs: a list of kinds and counts, empty if it needs only the gradient. */
  requests?(step: number): readonly ObservationRequest[];
  /** Takes in one observation of one of these kinds, whose vectors have the right layout. */
  observe?(observation: Observation): void;
  /** Updates the parameters. `step` counts from 0; `observations` counts what was observed so far. */
  update(request: Required<StepRequest>, step: number, observations: number): void;
  /**
   * What the step at this moment divides by, if that is one symmetric positive definite matrix and is known. It may borrow the core's
   * state, and changes none.
   */
  preconditioner?(moment: PreconditionerMoment): Promise<OptimizerPreconditioner | undefined>;
  /** Recomputes what is derived from the state, after the state was replaced. */
  restored?(counters: { readonly step: number; readonly observations: number }): void;
}

/** The working part of a {@linkcode GradientTransform}, made for one layout. It owns and frees everything that it made. */
export interface GradientTransformCore extends Disposable {
  /** The vectors that a checkpoint must hold, by name; by default there are none. */
  readonly state?: Readonly<Record<string, Vector>>;
  /**
   * Queues the work of one step. It may change the parameters, but never the gradient's vector, which is the caller's.
   *
   * @returns The gradient for what comes next: the one given, or a vector of its own.
   */
  apply(request: Required<StepRequest>): Vector;
}

/** What changes a step's gradient, or its parameters, before an optimizer's update; `chain` puts it in front of an optimizer. */
export interface GradientTransform {
  /** The name, which stands before the names of its state in a checkpoint. */
  readonly name: string;
  /** Every hyper-parameter, for configuration files; no other part of the chain has one of the same name. */
  readonly options: OptimizerSpec["options"];
  /** Makes the working part for one vector. */
  create(context: OptimizerContext): GradientTransformCore;
}

/** An optimizer as data, made by `adam()`, `esgd()` and their like. */
export interface OptimizerSpec {
  /** The optimizer's name in the registry. */
  readonly name: string;
  /** The learning rate η, which a schedule multiplies. */
  readonly learningRate: number;
  /** Every hyper-parameter, resolved, for configuration files. */
  readonly options: Readonly<Record<string, number | string | boolean | readonly number[]>>;
  /** Steps that between them use every kernel, so that all can be compiled before time is measured; step 0 by default. */
  readonly rehearsal?: readonly number[];
  /**
   * The kind of a step, by what its update does beside what its observations need: the updates of two steps with the same answer take
   * the same time, alone or on average. By default all steps are of one kind.
   */
  readonly kindOf?: (step: number) => string;
  /** What every step applies before the update, in this order; see `chain`. None by default. */
  readonly transforms?: readonly GradientTransform[];
  /** Makes the working part for one vector, without the transforms. */
  create(context: OptimizerContext): OptimizerCore;
}

/** An optimizer of one vector, with its state on the device. Made by {@linkcode createOptimizer}. */
export class Optimizer implements Disposable {
  /** The vectors of its state, by name. A checkpoint holds them. */
  readonly state: Readonly<Record<string, Vector>>;
  readonly #core: OptimizerCore;
  readonly #transforms: readonly GradientTransformCore[];
  readonly #owned: DisposableStack;
  #step = 0;
  #observations = 0;

  /** Only {@linkcode createOptimizer} calls this. */
  constructor(readonly gpu: Gpu, readonly spec: OptimizerSpec, readonly layout: Layout) {
    using made = new DisposableStack();
    const context = { gpu, layout };
    const { transforms = [] } = spec;
    const core = spec.create(context);
    checkDisposable(spec.name, core);
    this.#core = made.use(core);
    checkCore(spec.name, core);
    this.#transforms = transforms.map((transform) => {
      const core = transform.create(context);
      checkDisposable(transform.name, core);
      made.use(core);
      checkTransformCore(transform.name, core);
      return core;
    });
    const entries = this.#transforms.flatMap(({ state = {} }, i) => {
      return Object.entries(state).map(([name, vector]) => [`${transforms[i].name}.${name}`, vector] as const);
    });
    this.state = { ...this.#core.state, ...Object.fromEntries(entries) };
    this.#owned = made.move();
  }

  /** The numbers of steps made and of observations taken in so far. */
  get counters(): { readonly step: number; readonly observations: number } {
    return { step: this.#step, observations: this.#observations };
  }

  /** The kinds of curvature that it observes; an empty list for an optimizer that needs only gradients. */
  get observes(): readonly ObservationKind[] {
    return this.#core.observes ?? [];
  }

  /** Whether its updates multiply matrices. */
  get multipliesMatrices(): boolean {
    return this.#core.multipliesMatrices ?? false;
  }

  /** What the coming step, or the one with the number given (from 0), needs beyond the gradient: an empty list for nothing. */
  requests(step: number = this.#step): readonly ObservationRequest[] {
    const requests = this.#core.requests === undefined ? [] : this.#core.requests(step);
    checkMember(`${this.spec.name}: requests`, requests, LIST);
    for (const { kind, count } of requests) {
      if (!this.observes.includes(kind)) {
        throw new Error(
          `${this.spec.name}: requests: expected one of ${this.observes.join(", ")}, found ${String(kind)}.`,
        );
      }
      if (!Number.isSafeInteger(count) || count < 0) {
        throw new Error(`${this.spec.name}: requests: expected a whole number ≥ 0 of ${kind}, found ${count}.`);
      }
    }
    return requests.filter(({ count }) => count > 0);
  }

  /**
   * Takes in one observation. An optimizer that observes nothing ignores it.
   *
   * @throws When the observation is not of the kind that the optimizer observes, or a vector has another layout than it must.
   */
  observe(observation: Observation): void {
    const { observes } = this;
    if (observes.length === 0) return;
    // An observation of none of the kinds is refused by the name of the first.
    const kind = observes.find((each) => isOfKind(each, observation)) ?? observes[0];
    const vector = observedVector(this.spec.name, kind, observation);
    checkMember(`${this.spec.name}: observation`, vector, VECTOR);
    const what = kind === "kroneckerFactors" ? "numbers of Kronecker factors" : "parameters";
    this.#check(vector, observedLayout(kind, this.layout), what);
    if (kind === "hessianProbe" && "probe" in observation && observation.probe instanceof Vector) {
      this.#check(observation.probe);
    }
    this.#core.observe?.(observation);
    this.#observations++;
  }

  /**
   * Queues one update of `parameters` in place.
   *
   * @throws When the parameters or the gradient have another layout than they must, are one vector, or the learning rate is none.
   */
  step(request: StepRequest): void {
    checkOptions("Optimizer.step", request, STEP_MEMBERS);
    const { parameters, learningRate = this.spec.learningRate } = request;
    if (!(learningRate >= 0 && learningRate < Infinity)) {
      throw new Error(`${this.spec.name}: learningRate: expected a finite number ≥ 0, found ${learningRate}.`);
    }
    checkMember(`${this.spec.name}: parameters`, parameters, VECTOR);
    checkMember(`${this.spec.name}: gradient`, request.gradient, VECTOR);
    this.#check(parameters);
    this.#check(request.gradient);
    let { gradient } = request;
    if (gradient.buffer === parameters.buffer) {
      throw new Error(`${this.spec.name}: expected parameters and gradient in two vectors, found one for both.`);
    }
    for (const transform of this.#transforms) gradient = transform.apply({ parameters, gradient, learningRate });
    this.#core.update({ parameters, gradient, learningRate }, this.#step, this.#observations);
    this.#step++;
  }

  /**
   * What its last step divided by, for measuring: D in θ ← θ − η D⁻¹ m.
   *
   * @param gradient The gradient at the parameters, by which grafting sets the sizes of steps.
   * @returns Undefined before the first step, and for optimizers that divide by no symmetric positive definite matrix (SGD, Sophia, Muon,
   * K-FAC). It is valid until the next step, and whoever asks must dispose it.
   * @throws If a vector has another layout than it must, or a matrix in the state is not positive definite.
   */
  async preconditioner(gradient: Vector): Promise<OptimizerPreconditioner | undefined> {
    checkMember(`${this.spec.name}: gradient`, gradient, VECTOR);
    this.#check(gradient);
    if (this.#step === 0) return undefined;
    return await this.#core.preconditioner?.({ ...this.counters, gradient });
  }

  /** Takes over counters after the vectors of `state` were written. */
  restore(counters: { step: number; observations: number }): void {
    this.#step = counters.step;
    this.#observations = counters.observations;
    this.#core.restored?.(counters);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  /** Vectors must lie on the device as the state does, and factors as `kroneckerLayout` says. */
  #check({ layout }: Vector, expected: Layout = this.layout, what = "parameters"): void {
    if (layout.samePlaces(expected)) return;
    const { parameterCount } = expected;
    const found = layout.parameterCount === parameterCount
      ? "one of other segments"
      : `one of ${layout.parameterCount}`;
    throw new Error(`${this.spec.name}: expected a vector of ${parameterCount} ${what}, found ${found}.`);
  }
}

/**
 * Makes an optimizer for vectors of one layout.
 *
 * @param layout `field.layout`, a list of segments `{ name, shape }`, or a plain length.
 */
export function createOptimizer(
  gpu: Gpu,
  spec: OptimizerSpec,
  layout: Layout | readonly Segment[] | number,
): Optimizer {
  checkArguments("createOptimizer", { gpu: [gpu, DEVICE] });
  checkSpec(spec, "createOptimizer");
  return new Optimizer(gpu, spec, Layout.resolve(layout));
}
