import { linearGroups } from "../gpu/groups.ts";
import { createVector, Vector } from "../field/vector.ts";
import type { Observation, OptimizerContext } from "./optimizer.ts";
import text from "../../wgsl/curvature_average.wgsl" with { type: "text" };

/** How a running estimate of curvature is made from products h = Hv. */
export interface CurvatureEstimate {
  /** What one product says: h², v ⊙ h or |h|. */
  readonly estimate: "squared" | "signed" | "absolute";
  /** a ← β₂a + (1−β₂)e, or a ← max(β₂a, e). */
  readonly fold: "mean" | "maximum";
  /** β₂ in [0, 1). */
  readonly beta2: number;
}

const source = { name: "curvature_average", text };

/** A running estimate of curvature, folded probe by probe into a state vector. */
export class CurvatureAverage implements Disposable {
  /** Only where a direction is given by its key and the estimate needs it. */
  #direction?: Vector;

  /** @param average The state vector; whoever made it disposes it. */
  constructor(
    readonly context: OptimizerContext,
    readonly average: Vector,
    readonly settings: CurvatureEstimate,
  ) {}

  /** Records folding one probe in. */
  observe({ probe, hvp, gaussNewtonSample }: Observation): void {
    const product = hvp ?? gaussNewtonSample;
    if (product === undefined) throw new Error("observe: what requests() asked for is missing.");
    const { gpu, layout } = this.context;
    const { estimate, fold, beta2 } = this.settings;
    const length = layout.deviceLength / 4;
    const buffers = { average: this.average.buffer, product: product.buffer };
    const directions = estimate === "signed" ? 1 : 0;
    gpu.dispatch(
      gpu.kernel(source, { estimate, fold, directions }),
      directions === 1 ? { ...buffers, direction: this.#resolve(probe).buffer } : buffers,
      { length, beta2, rest2: 1 - beta2 },
      linearGroups(length, 64),
    );
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#direction?.[Symbol.dispose]();
  }

  #resolve(probe: Observation["probe"]): Vector {
    if (probe instanceof Vector) return probe;
    if (probe === undefined) throw new Error("observe: this optimizer needs the probe's direction v as well as Hv.");
    this.#direction ??= createVector(this.context.gpu, this.context.layout, "direction");
    this.#direction.fillRademacher(probe);
    return this.#direction;
  }
}

/** When probes are due: at steps 0 … warmup−1, then every `updateEvery`-th (steps counted from 0), as published. */
export function probesDue(
  step: number,
  schedule: { warmup: number; updateEvery: number; initialProbes: number; probes: number },
): number {
  const { warmup, updateEvery, initialProbes, probes } = schedule;
  if (step === 0) return initialProbes;
  return step < warmup || (step - warmup + 1) % updateEvery === 0 ? probes : 0;
}
