import type { Hyperparameter } from "../hyperparameter/hyperparameter.ts";
import type { BasisRefresh } from "./eigenbases.ts";
import { COUNT, COUNT_FROM_0, FROM_0, type NumberRange, oneOf, POSITIVE, SHARE } from "../hyperparameter/range.ts";

/** Declares the learning rate η. */
export function learningRate(usual: number): Hyperparameter<number> {
  return { range: POSITIVE, default: usual, doc: "Learning rate η, which a schedule multiplies" };
}

/** Declares the decays β₁ and β₂. */
export function betas(beta1: number, beta2: number): Hyperparameter<readonly [number, number]> {
  const doc = "Decay β₁ of the momentum, β₂ of the second moment or the curvature";
  return { range: { type: "pair", each: SHARE }, default: [beta1, beta2], doc };
}

/** Declares ε, which is added to a denominator. */
export function epsilon(usual: number): Hyperparameter<number> {
  return { range: POSITIVE, default: usual, doc: "Number ε, which keeps the denominator above 0" };
}

/** Declares the weight decay λ, which is decoupled from the gradient (Loshchilov & Hutter 2019). */
export function weightDecay(usual = 0): Hyperparameter<number> {
  return { range: FROM_0, default: usual, doc: "Decoupled weight decay λ" };
}

/** Declares the factor μ of a momentum. */
export function momentum(usual: number): Hyperparameter<number> {
  return { range: SHARE, default: usual, doc: "Factor μ of the momentum" };
}

/** Declares the number of steps from one refresh to the next. */
export function updateEvery(usual: number, of: string): Hyperparameter<number> {
  return { range: COUNT, default: usual, doc: `Steps between ${of}` };
}

/** Declares the number of steps from one of the first refreshes of eigenbases to the next; by default the later number, of this name. */
export function startEvery(later: string): Hyperparameter<number> {
  return {
    range: COUNT,
    default: { text: later, from: (resolved) => Number(resolved[later]) },
    doc:
      `Steps between the first of these refreshes, at most ${later}; the interval doubles, together with the steps so far, up to ${later}`,
  };
}

/** Declares the number of steps from one update of a factor to the next. */
export function factorsEvery(): Hyperparameter<number> {
  return updateEvery(1, "updates of a factor, at most startEvery and factorsWithin; left and right ones take turns");
}

/** Declares how many of the last steps before a refresh update factors; by default as many as an interval of this name has. */
export function factorsWithin(interval: string): Hyperparameter<number> {
  return {
    range: COUNT,
    default: { text: interval, from: (resolved) => Number(resolved[interval]) },
    doc:
      `Number of steps before a refresh, its own included, that update factors, at most ${interval}; the others leave them`,
  };
}

/** Declares the number of steps at the start that all take probes. */
export function warmup(usual: number): Hyperparameter<number> {
  return { range: COUNT_FROM_0, default: usual, doc: "Number of steps at the start that all take probes" };
}

/** The number of probes of a step, which are listed before the step is recorded. */
const PROBES: NumberRange = { ...COUNT, max: 65_536 };

/** Declares the number of probes of the first step. */
export function initialProbes(usual: number): Hyperparameter<number> {
  return { range: PROBES, default: usual, doc: "Hessian probes before the first step" };
}

/** Declares the number of probes of a later step. */
export function probes(usual: number): Hyperparameter<number> {
  return { range: PROBES, default: usual, doc: "Number of probes in each step that takes probes" };
}

/** Declares the share of a running average that an update keeps. */
export function averaging(usual: number): Hyperparameter<number> {
  return { range: SHARE, default: usual, doc: "How much of the factors' running averages an update keeps" };
}

/** Declares how eigenbases are refreshed. */
export function basisRefresh(usual: BasisRefresh): Hyperparameter<BasisRefresh> {
  return {
    range: oneOf<BasisRefresh>("rotation", "qr"),
    default: usual,
    doc: "How the eigenbases follow: by a rotation of products only, or by the published QR decomposition",
  };
}

/** 1 − βᵗ, exact also for β near 1 and small t. */
export function decayed(beta: number, t: number): number {
  return beta === 0 ? 1 : -Math.expm1(t * Math.log(beta));
}
