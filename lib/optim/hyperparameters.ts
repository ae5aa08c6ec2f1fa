import type { Hyperparameter } from "../hyperparameter/hyperparameter.ts";
import { COUNT, COUNT_FROM_0, FROM_0, type NumberRange, POSITIVE, SHARE } from "../hyperparameter/range.ts";

/** η, the learning rate. */
export function learningRate(usual: number): Hyperparameter<number> {
  return { range: POSITIVE, default: usual, doc: "Learning rate η, which a schedule multiplies" };
}

/** β₁ and β₂. */
export function betas(beta1: number, beta2: number): Hyperparameter<readonly [number, number]> {
  const doc = "Decay β₁ of the momentum, β₂ of the second moment or the curvature";
  return { range: { type: "pair", each: SHARE }, default: [beta1, beta2], doc };
}

/** ε, which is added to a denominator. */
export function epsilon(usual: number): Hyperparameter<number> {
  return { range: POSITIVE, default: usual, doc: "Number ε, which keeps the denominator above 0" };
}

/** λ, decoupled from the gradient (Loshchilov & Hutter 2019). */
export function weightDecay(usual = 0): Hyperparameter<number> {
  return { range: FROM_0, default: usual, doc: "Decoupled weight decay λ" };
}

/** μ. */
export function momentum(usual: number): Hyperparameter<number> {
  return { range: SHARE, default: usual, doc: "Factor μ of the momentum" };
}

/** Steps from one refresh of something to the next. */
export function updateEvery(usual: number, of: string): Hyperparameter<number> {
  return { range: COUNT, default: usual, doc: `Steps between ${of}` };
}

/** Steps at the start that take probes each. */
export function warmup(usual: number): Hyperparameter<number> {
  return { range: COUNT_FROM_0, default: usual, doc: "Number of steps at the start that all take probes" };
}

/** The number of probes of a step, which are listed before the step is recorded. */
const PROBES: NumberRange = { ...COUNT, max: 65_536 };

/** Probes of the first step. */
export function initialProbes(usual: number): Hyperparameter<number> {
  return { range: PROBES, default: usual, doc: "Hessian probes before the first step" };
}

/** Probes of a later step. */
export function probes(usual: number): Hyperparameter<number> {
  return { range: PROBES, default: usual, doc: "Number of probes in each step that takes probes" };
}

/** How much of a running average a refresh keeps. */
export function averaging(usual: number): Hyperparameter<number> {
  return { range: SHARE, default: usual, doc: "How much of the factors' running average a refresh keeps" };
}

/** 1 − βᵗ, exact also for β near 1 and small t. */
export function decayed(beta: number, t: number): number {
  return beta === 0 ? 1 : -Math.expm1(t * Math.log(beta));
}
