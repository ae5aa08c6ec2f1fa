import type { Objective } from "../../lib/objective/objective.ts";
import { DivergenceError } from "../../lib/train/divergence.ts";
import type { Figures } from "./training_input.ts";

/** A field whose loss stays so many times above that of a constant has diverged. */
const FAR_ABOVE = 100;

/** The limit above which a loss counts as that of a field that has diverged; undefined if the objective knows none. */
export function lossLimitOf({ constantLoss }: Objective): number | undefined {
  return constantLoss === undefined ? undefined : FAR_ABOVE * constantLoss;
}

/** Whether a quality is that of a field with finite values: any number, and +∞, which is that of a perfect fit. */
export function isMeasured(quality: number): boolean {
  return quality > -Infinity;
}

/** Whether a measured loss is above the limit; not, where a task measures none. */
export function isMeasuredAbove({ loss = 0 }: Figures, objective: Objective): boolean {
  return loss > (lossLimitOf(objective) ?? Infinity);
}

/**
 * Checks that a trained field is not far worse than a constant, which a few steps with low losses at the end could hide.
 *
 * @throws {DivergenceError} If it is.
 */
export function checkMeasured(figures: Figures, objective: Objective, step: number): void {
  if (!isMeasuredAbove(figures, objective)) return;
  const { loss } = figures;
  throw new DivergenceError({ step, quantity: "loss", loss, limit: lossLimitOf(objective), lastGood: step - 1 });
}
