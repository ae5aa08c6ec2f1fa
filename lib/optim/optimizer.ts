import type { Gpu } from "../gpu/device.ts";
import type { RandomKey } from "../gpu/random.ts";
import { Layout, type Segment } from "../linalg/layout.ts";
import { createVector, Vector } from "../linalg/vector.ts";
import { kroneckerLayout } from "../linalg/linear_maps.ts";

/** What a step needs beyond the gradient. */
export interface Requests {
  /** Products Hv with independent Rademacher directions v, on the step's own batch. */
  readonly hessianProbes: number;
  /** Samples JᵀS^½w of the Gauss-Newton matrix with independent random signs w, on the step's own batch; none by default. */
  readonly gaussNewtonSample?: number;
  /** Whether Kronecker factors of the step's own batch are wanted, in `kroneckerLayout`'s order. */
  readonly kroneckerFactors?: boolean;
}

/** Curvature of the step's batch: one probe of the Hessian, or what else was requested. */
export interface Observation {
  /** The direction v, or the generator key that it was drawn with. Not every estimator needs it. */
  readonly probe?: Vector | RandomKey;
  /** Hv. */
  readonly hvp?: Vector;
  /** JᵀS^½w, whose entrywise square has the Gauss-Newton matrix's diagonal as its mean. */
  readonly gaussNewtonSample?: Vector;
  /** A and G of every linear map (see `kroneckerLayout`). */
  readonly kroneckerFactors?: Vector;
}

/** One update. */
export interface StepRequest {
  /** Updated in place. */
  readonly parameters: Vector;
  /** Of the step's batch. */
  readonly gradient: Vector;
  /** Defaults to the optimizer's own. */
  readonly learningRate?: number;
}

/** What an optimizer is told when it is made for a vector. */
export interface OptimizerContext {
  /** The device. */
  readonly gpu: Gpu;
  /** Of the vector to be optimised. */
  readonly layout: Layout;
}

/** The working part of an optimizer. All members record; none reads back. */
export interface OptimizerCore {
  /** Vectors that a checkpoint must hold, by name. */
  readonly state: Readonly<Record<string, Vector>>;
  /** What the step with this number (from 0) needs. */
  requests?(step: number): Requests;
  /** Whether it multiplies matrices of the parameters' size, so that the kernels for it matter. */
  readonly multipliesMatrices?: boolean;
  /** What `observe` takes; Hessian probes by default. */
  readonly observes?: "hessianProbes" | "gaussNewtonSample" | "kroneckerFactors";
  /** Takes one of what it observes, of the layout that this has, and for Hv what v was. */
  observe?(observed: Vector, probe: Observation["probe"]): void;
  /** Updates the parameters. `step` counts from 0; `observations` counts what was observed so far. */
  update(request: Required<StepRequest>, step: number, observations: number): void;
  /** Recomputes what is derived from the state, after the state was replaced. */
  restored?(counters: { readonly step: number; readonly observations: number }): void;
  /** Frees what is not among `state`. */
  dispose?(): void;
}

/** An optimizer as data, made by `adam()`, `esgd()` and their like. */
export interface OptimizerSpec {
  /** As in the registry. */
  readonly name: string;
  /** η, which a schedule multiplies. */
  readonly learningRate: number;
  /** Every hyper-parameter, resolved, for configuration files. */
  readonly options: Readonly<Record<string, number | string | boolean | readonly number[]>>;
  /** Steps that between them use every kernel, so that all can be compiled before time is measured; step 0 by default. */
  readonly rehearsal?: readonly number[];
  /** Makes the working part for one vector. */
  create(context: OptimizerContext): OptimizerCore;
}

/** An optimizer of one vector, with its state on the device. Made by {@linkcode createOptimizer}. */
export class Optimizer implements Disposable {
  readonly #core: OptimizerCore;
  #step = 0;
  #observations = 0;

  /** Use {@linkcode createOptimizer}. */
  constructor(readonly gpu: Gpu, readonly spec: OptimizerSpec, readonly layout: Layout) {
    this.#core = spec.create({ gpu, layout });
  }

  /** Vectors that make up its state, by name; part of a checkpoint. */
  get state(): Readonly<Record<string, Vector>> {
    return this.#core.state;
  }

  /** Steps made, and probes observed, so far. */
  get counters(): { readonly step: number; readonly observations: number } {
    return { step: this.#step, observations: this.#observations };
  }

  /** Whether any step may need second-order products or samples. */
  get usesProducts(): boolean {
    return this.#core.observe !== undefined && this.#core.observes !== "kroneckerFactors";
  }

  /** Whether any step may need Kronecker factors. */
  get usesKroneckerFactors(): boolean {
    return this.#core.observes === "kroneckerFactors";
  }

  /** Whether its updates multiply matrices. */
  get multipliesMatrices(): boolean {
    return this.#core.multipliesMatrices ?? false;
  }

  /** The request for a single observation; undefined for an optimizer that takes none. */
  get oneObservation(): Requests | undefined {
    if (this.#core.observe === undefined) return undefined;
    const { observes = "hessianProbes" } = this.#core;
    return { hessianProbes: 0, [observes]: observes === "kroneckerFactors" ? true : 1 };
  }

  /** What the coming step, or the one with the number given (from 0), needs beyond the gradient. */
  requests(step: number = this.#step): Requests {
    return this.#core.requests?.(step) ?? { hessianProbes: 0 };
  }

  /**
   * Folds one observation into the curvature estimate. An optimizer that asks for none ignores it.
   *
   * @throws When what the optimizer observes is not given, or has another layout than it must.
   */
  observe(observation: Observation): void {
    if (this.#core.observe === undefined) return;
    const { observes = "hessianProbes" } = this.#core;
    const { probe } = observation;
    const observed = observation[observes === "hessianProbes" ? "hvp" : observes];
    if (observed === undefined) throw new Error(`${this.spec.name}: observes ${observes}, which were not given.`);
    if (observes === "kroneckerFactors") {
      this.#check(observed, kroneckerLayout(this.layout), "numbers of Kronecker factors");
    } else this.#check(observed);
    if (observes === "hessianProbes" && probe instanceof Vector) this.#check(probe);
    this.#core.observe(observed, probe);
    this.#observations++;
  }

  /** Records one update of `parameters` in place. */
  step(request: StepRequest): void {
    const { parameters, gradient, learningRate = this.spec.learningRate } = request;
    if (!(learningRate >= 0 && learningRate < Infinity)) {
      throw new Error(`${this.spec.name}: learningRate: a finite number ≥ 0 expected, ${learningRate} found.`);
    }
    this.#check(parameters);
    this.#check(gradient);
    this.#core.update({ parameters, gradient, learningRate }, this.#step, this.#observations);
    this.#step++;
  }

  /** Takes over counters after the vectors of `state` were written. */
  restore(counters: { step: number; observations: number }): void {
    this.#step = counters.step;
    this.#observations = counters.observations;
    this.#core.restored?.(counters);
  }

  /** Vectors must lie on the device as the state does, and factors as `kroneckerLayout` says. */
  #check({ layout }: Vector, expected: Layout = this.layout, what = "parameters"): void {
    if (layout.samePlaces(expected)) return;
    const { parameterCount } = expected;
    const given = layout.parameterCount === parameterCount ? "other segments" : `a vector of ${layout.parameterCount}`;
    throw new Error(`${this.spec.name}: made for ${parameterCount} ${what}, given ${given}.`);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    for (const vector of Object.values(this.#core.state)) vector[Symbol.dispose]();
    this.#core.dispose?.();
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
  return new Optimizer(gpu, spec, Layout.resolve(layout));
}

/** A zero vector for every name. */
export function stateVectors<Name extends string>(
  { gpu, layout }: OptimizerContext,
  names: readonly Name[],
): Record<Name, Vector> {
  return Object.fromEntries(names.map((name) => [name, createVector(gpu, layout, name)])) as Record<Name, Vector>;
}
