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
