import { createVector, Vector } from "../linalg/vector.ts";
import { entrywise } from "./entrywise.ts";
import type { Observation } from "./observation.ts";
import type { OptimizerContext } from "./optimizer.ts";
import text from "../../wgsl/optim/curvature_average.wgsl" with { type: "text" };

/** How a running estimate of curvature is made from products h = Hv. */
export interface CurvatureEstimate {
  /** What one product says: h², v ⊙ h or |h|. */
  readonly estimate: "squared" | "signed" | "absolute";
  /** How an estimate e is folded into the average a: a ← β₂a + (1−β₂)e, or a ← max(β₂a, e). */
  readonly fold: "mean" | "maximum";
  /** The decay β₂ in [0, 1). */
  readonly beta2: number;
}

const source = { name: "curvature_average", text };

/** A running estimate of curvature, folded probe by probe into a vector. */
export class CurvatureAverage implements Disposable {
  /** The estimate. */
  readonly average: Vector;
  /** The direction; it exists only where it is given by its key and the estimate needs it. */
  #direction?: Vector;

  /** Allocates the estimate, which starts at 0. */
  constructor(readonly context: OptimizerContext, readonly settings: CurvatureEstimate) {
    this.average = createVector(context.gpu, context.layout, "curvature");
  }

  /**
   * Records folding one product in.
   *
   * @throws When the estimate needs the direction, and it is not given.
   */
  observe(product: Vector, probe?: Observation<"hessianProbe">["probe"]): void {
    const { estimate, fold, beta2 } = this.settings;
    const signed = estimate === "signed";
    entrywise(
      this.context,
      source,
      { average: this.average, product, ...(signed && { direction: this.#resolve(probe) }) },
      { beta2, rest2: 1 - beta2 },
      { estimate, fold, directed: signed },
    );
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.average[Symbol.dispose]();
    this.#direction?.[Symbol.dispose]();
  }

  #resolve(probe: Observation<"hessianProbe">["probe"]): Vector {
    if (probe instanceof Vector) return probe;
    if (probe === undefined) throw new Error("observe: this optimizer needs the probe's direction v as well as Hv.");
    this.#direction ??= createVector(this.context.gpu, this.context.layout, "direction");
    this.#direction.fillRademacher(probe);
    return this.#direction;
  }
}

/** When probes are taken, and how many. */
export interface ProbeSchedule {
  /** The number of steps at the start that all take probes; 1 means only step 0. */
  readonly warmup: number;
  /** The number of steps from one step with probes to the next, after those at the start. */
  readonly updateEvery: number;
  /** The number of probes at step 0. */
  readonly initialProbes: number;
  /** The number of probes at any later step that takes some. */
  readonly probes: number;
}

/** Probes that are due at steps 0 … warmup−1, then at every `updateEvery`-th (steps counted from 0), as published. */
export function probesDue(step: number, { warmup, updateEvery, initialProbes, probes }: ProbeSchedule): number {
  if (step === 0) return initialProbes;
  return step < warmup || (step - warmup + 1) % updateEvery === 0 ? probes : 0;
}
