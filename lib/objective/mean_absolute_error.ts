import { checkOptions } from "../hyperparameter/members.ts";
import { objectiveKind } from "./kind.ts";
import type { Objective } from "./objective.ts";
import { pointwise, POINTWISE_OPTIONS, type PointwiseOptions } from "./pointwise.ts";
import text from "../../wgsl/objective/mean_absolute_error.wgsl" with { type: "text" };

/** The entry of the registry. */
export const meanAbsoluteErrorKind = objectiveKind({
  name: "meanAbsoluteError",
  aliases: ["mae", "l1"],
  outputs: "values",
  hyperparameters: {},
  make: meanAbsoluteError,
});

/**
 * Mean absolute error: the mean over all rows and columns of |y − t|. Single targets that are far off pull at the field no harder than
 * others, so that it fits the median of what is noisy. At y = t, where there is no derivative, 0 is taken.
 *
 * Its second derivative by y is 0, so the Gauss-Newton matrix is 0, and the Hessian has only the second derivatives of the field itself,
 * weighted by the signs of the errors.
 */
export function meanAbsoluteError(options: PointwiseOptions = {}): Objective {
  checkOptions("meanAbsoluteError", options, POINTWISE_OPTIONS);
  const entryLoss = (output: number, target: number) => Math.abs(output - target);
  return { ...pointwise("meanAbsoluteError", text, options), constantLoss: 0.5, entryLoss };
}
