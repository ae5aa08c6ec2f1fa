import type { KernelSource } from "../gpu/kernel_source.ts";
import type { KernelValues } from "../gpu/template.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { type ProbeSchedule, probesDue } from "./probe_schedule.ts";
import { DiagonalPreconditioner, type DiagonalRule } from "./diagonal_preconditioner.ts";
import { entrywise } from "./entrywise.ts";
import { type Observation, observedVector } from "./observation.ts";
import type { OptimizerContext, OptimizerCore } from "./optimizer.ts";

/** A running estimate of curvature: {@linkcode CurvatureAverage}, or what is derived from one. */
export interface RunningCurvature extends Disposable {
  /** The estimate, which is part of the optimizer's state. */
  readonly average: Vector;
  /** Records folding one product in, Hv or JᵀS^½w, and for Hv what v was. */
  observe(product: Vector, probe?: Observation<"hessianProbe">["probe"]): void;
  /** Tells the estimate that `average` was replaced, for instance from a checkpoint. */
  changed?(): void;
}

/** What tells optimizers apart that divide a momentum by curvature, entry by entry. */
export interface CurvatureRule {
  /** The optimizer's name in the registry. */
  readonly name: string;
  /** When observations are due. */
  readonly schedule: ProbeSchedule;
  /** The kind of observations; Hessian probes by default. */
  readonly observes?: "hessianProbe" | "gaussNewtonSample";
  /** The estimate, and what it is called in the state. The core frees it. */
  readonly curvature: readonly [name: string, RunningCurvature];
  /** The decay β₁ of the momentum. */
  readonly beta1: number;
  /** The decoupled weight decay λ. */
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
  /** What the step divides by, after so many steps and observations; undefined where it is more than a division. */
  diagonal?(counters: { readonly step: number; readonly observations: number }): DiagonalRule;
}

/** The working part of such an optimizer. */
export function curvatureCore(
  context: OptimizerContext,
  rule: CurvatureRule,
): OptimizerCore {
  const { name, schedule, observes = "hessianProbe", curvature: [curvatureName, curvature], beta1, weightDecay } = rule;
  using made = new DisposableStack();
  made.use(curvature);
  const firstMoment = made.use(createVector(context.gpu, context.layout, "firstMoment"));
  const [source, values] = rule.kernel;
  const owned = made.move();
  return {
    state: { firstMoment, [curvatureName]: curvature.average },
    observes: [observes],
    requests: (step) => [{ kind: observes, count: probesDue(step, schedule) }],
    observe(observation) {
      const probe = "probe" in observation ? observation.probe : undefined;
      curvature.observe(observedVector(name, observes, observation), probe);
    },
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
    preconditioner: ({ step, observations }) =>
      Promise.resolve(rule.diagonal && new DiagonalPreconditioner(context, rule.diagonal({ step, observations }))),
    restored: () => curvature.changed?.(),
    [Symbol.dispose]: () => owned.dispose(),
  };
}
