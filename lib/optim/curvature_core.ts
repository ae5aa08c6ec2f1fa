import type { KernelSource } from "../gpu/kernel_source.ts";
import type { KernelValues } from "../gpu/template.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { type ProbeSchedule, probesDue } from "./curvature.ts";
import { entrywise } from "./entrywise.ts";
import type { Observation, OptimizerContext, OptimizerCore } from "./optimizer.ts";

/** A running estimate of curvature: {@linkcode CurvatureAverage}, or what is derived from one. */
export interface RunningCurvature extends Disposable {
  /** Part of the optimizer's state, which disposes it. */
  readonly average: Vector;
  /** Records folding one product in, Hv or JᵀS^½w, and for Hv what v was. */
  observe(product: Vector, probe: Observation["probe"]): void;
  /** Says that `average` was changed otherwise. */
  changed?(): void;
}

/** What tells optimizers apart that divide a momentum by curvature, entry by entry. */
export interface CurvatureRule {
  /** As in the registry. */
  readonly name: string;
  /** When observations are due. */
  readonly schedule: ProbeSchedule;
  /** What they are; Hessian probes by default. */
  readonly observes?: "hessianProbes" | "gaussNewtonSample";
  /** The estimate, and what it is called in the state. */
  readonly curvature: readonly [name: string, RunningCurvature];
  /** β₁ of the momentum. */
  readonly beta1: number;
  /** λ. */
  readonly weightDecay: number;
  /** The step's kernel, with what its text leaves open. */
  readonly kernel: readonly [KernelSource, KernelValues?];
  /** What the kernel reads of the curvature, by the name that it has for it. */
  operand(): Readonly<Record<string, Vector>>;
  /** The kernel's uniforms beside `learning_rate`, `shrink`, `beta1` and `rest1`, or in their place. */
  uniforms(at: {
    readonly learningRate: number;
    readonly step: number;
    readonly observations: number;
  }): Readonly<Record<string, number>>;
}

/** The working part of such an optimizer. */
export function curvatureCore(context: OptimizerContext, rule: CurvatureRule): OptimizerCore {
  const { name, schedule, observes = "hessianProbes", curvature: [curvatureName, curvature], beta1, weightDecay } =
    rule;
  const firstMoment = createVector(context.gpu, context.layout, "firstMoment");
  const [source, values] = rule.kernel;
  return {
    state: { firstMoment, [curvatureName]: curvature.average },
    observes,
    requests: (step) => ({ hessianProbes: 0, [observes]: probesDue(step, schedule) }),
    observe: (product, probe) => curvature.observe(product, probe),
    update({ parameters, gradient, learningRate }, step, observations) {
      if (observations === 0) throw new Error(`${name}: the first step needs a probe; see requests() and observe().`);
      entrywise(
        context,
        source,
        { parameters, gradient, first_moment: firstMoment, ...rule.operand() },
        {
          learning_rate: learningRate,
          shrink: 1 - weightDecay * learningRate,
          beta1,
          rest1: 1 - beta1,
          ...rule.uniforms({ learningRate, step, observations }),
        },
        values,
      );
    },
    restored: () => curvature.changed?.(),
    dispose: () => curvature[Symbol.dispose](),
  };
}
