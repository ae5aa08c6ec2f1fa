/**
 * Learning-rate schedules. A schedule gives the factor by which the base learning rate is multiplied. It depends on the step
 * alone, so a resumed run has the same rates as one that was not interrupted.
 *
 * @module
 */
import { OPTIONS } from "../hyperparameter/arguments.ts";
import { checkMember, objectWith } from "../hyperparameter/members.ts";
import { type Hyperparameters, resolveHyperparameters } from "../hyperparameter/hyperparameter.ts";
import { COUNT, FROM_0, POSITIVE } from "../hyperparameter/range.ts";

/** A learning-rate schedule. */
export interface Schedule {
  /** The schedule's name in the registry, such as `cosine`. */
  readonly name: string;
  /** All of its options, with defaults filled in. */
  readonly options: Readonly<Record<string, number>>;
  /** The schedule that follows, if any. */
  readonly then?: Schedule;
  /**
   * The factor of the learning rate at a step.
   *
   * @param step The step, counted from 0.
   */
  factor(step: number): number;
}

/** Options of {@linkcode linearWarmup}. */
export interface LinearWarmupOptions {
  /** The number of steps of the warm-up. */
  readonly steps: number;
  /** The schedule that follows; its step 0 is the first step after the warm-up. Without it the factor stays 1. */
  readonly then?: Schedule;
}

/** Options of {@linkcode exponential}. */
export interface ExponentialOptions {
  /** The step at which `final` is reached. */
  readonly steps: number;
  /** The factor from this step on. */
  readonly final: number;
}

/** Options of {@linkcode cosine}. */
export interface CosineOptions {
  /** The step at which `final` is reached. */
  readonly steps: number;
  /** The factor from this step on. */
  readonly final?: number;
}

/** Options of {@linkcode stepDecay}. */
export interface StepDecayOptions {
  /** The number of steps between two drops. */
  readonly every: number;
  /** The factor by which each drop multiplies the learning rate. */
  readonly factor: number;
}

const warmupHyperparameters: Hyperparameters<Omit<LinearWarmupOptions, "then">> = {
  steps: { range: COUNT, default: undefined, doc: "Steps of the warm-up" },
};

/** The declaration of exponential's options. */
export const exponentialHyperparameters: Hyperparameters<ExponentialOptions> = {
  steps: { range: COUNT, default: undefined, doc: "Step at which the final factor is reached" },
  final: { range: POSITIVE, default: undefined, doc: "Final factor" },
};

/** The declaration of cosine's options. */
export const cosineHyperparameters: Hyperparameters<CosineOptions> = {
  steps: { range: COUNT, default: undefined, doc: "Step at which the final factor is reached" },
  final: { range: FROM_0, default: 0, doc: "Final factor" },
};

/** The declaration of stepDecay's options. */
export const stepDecayHyperparameters: Hyperparameters<StepDecayOptions> = {
  every: { range: COUNT, default: undefined, doc: "Steps between two drops" },
  factor: { range: POSITIVE, default: undefined, doc: "Factor by which each drop multiplies the learning rate" },
};

/** A constant learning rate: the factor is always 1. */
export function constant(): Schedule {
  return { name: "constant", options: {}, factor: () => 1 };
}

/**
 * A linear warm-up: the factor is (s + 1) / steps at step s < steps. After that it is 1, or that of `then` at step s − steps.
 *
 * @param options Options of the schedule.
 * @throws {RangeError} If `steps` is out of range.
 *
 * @example
 * ```ts
 * import { cosine, linearWarmup } from "./schedule.ts";
 *
 * const schedule = linearWarmup({ steps: 100, then: cosine({ steps: 900 }) });
 * schedule.factor(49); // 0.5
 * schedule.factor(550); // 0.5
 * ```
 */
export function linearWarmup(given: LinearWarmupOptions): Schedule {
  checkMember("linearWarmup", given, OPTIONS);
  const { then, ...options } = given;
  if (then !== undefined) checkMember("linearWarmup: then", then, objectWith("a schedule such as cosine()", "factor"));
  const { steps } = resolveHyperparameters("linearWarmup", warmupHyperparameters, options);
  return {
    name: "linearWarmup",
    options: { steps },
    ...(then && { then }),
    factor: (step) => step < steps ? (step + 1) / steps : then?.factor(step - steps) ?? 1,
  };
}

/**
 * An exponential decay: the factor is final^(s / steps) at step s ≤ steps, and `final` after that.
 *
 * @param options Options of the schedule.
 * @throws {RangeError} If an option is out of range.
 */
export function exponential(options: ExponentialOptions): Schedule {
  const { steps, final } = resolveHyperparameters("exponential", exponentialHyperparameters, options);
  return {
    name: "exponential",
    options: { steps, final },
    factor: (step) => step < steps ? final ** (step / steps) : final,
  };
}

/**
 * A cosine decay (Loshchilov & Hutter 2017, equation 5, without restarts): the factor is
 * final + (1 − final) · ½ (1 + cos(π s / steps)) at step s ≤ steps, and `final` after that.
 *
 * @param options Options of the schedule.
 * @throws {RangeError} If an option is out of range.
 */
export function cosine(options: CosineOptions): Schedule {
  const { steps, final } = resolveHyperparameters("cosine", cosineHyperparameters, options);
  return {
    name: "cosine",
    options: { steps, final },
    factor: (step) => step < steps ? final + (1 - final) * 0.5 * (1 + Math.cos(Math.PI * step / steps)) : final,
  };
}

/**
 * A step decay: the factor is factor^⌊s / every⌋ at step s.
 *
 * @param options Options of the schedule.
 * @throws {RangeError} If an option is out of range.
 */
export function stepDecay(options: StepDecayOptions): Schedule {
  const { every, factor } = resolveHyperparameters("stepDecay", stepDecayHyperparameters, options);
  return {
    name: "stepDecay",
    options: { every, factor },
    factor: (step) => factor ** Math.floor(step / every),
  };
}
