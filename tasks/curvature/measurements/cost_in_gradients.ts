import { median, pairedRatio } from "../../shell/statistics.ts";

/**
 * How much longer a gradient takes with something besides, in gradients.
 *
 * @param seconds Of each repetition of the gradient with it.
 * @param gradient Of each repetition of the gradient alone; the two took turns.
 * @returns NaN where repetitions differ by more than the cost, so that it cannot be measured: half of the costs of single repetitions are
 * farther from the median than the median is from 0, or the median is not positive.
 */
export function costInGradients(seconds: readonly number[], gradient: readonly number[]): number {
  const cost = pairedRatio(seconds, gradient) - 1;
  const spread = median(seconds.map((each, round) => Math.abs(each / gradient[round] - 1 - cost)));
  return cost > spread ? cost : NaN;
}
