import { checkOptions } from "../hyperparameter/members.ts";
import { objectiveKind } from "./kind.ts";
import type { Objective } from "./objective.ts";
import { pointwise, POINTWISE_OPTIONS, type PointwiseOptions } from "./pointwise.ts";
import text from "../../wgsl/objective/mean_squared_error.wgsl" with { type: "text" };

/** The entry of the registry. */
export const meanSquaredErrorKind = objectiveKind({
  name: "meanSquaredError",
  aliases: ["mse", "l2"],
  outputs: "values",
  hyperparameters: {},
  make: meanSquaredError,
});

/** Mean squared error: the mean over all rows and columns of (y − t)². */
export function meanSquaredError(options: PointwiseOptions = {}): Objective {
  checkOptions("meanSquaredError", options, POINTWISE_OPTIONS);
  const entryLoss = (output: number, target: number) => (output - target) ** 2;
  return { ...pointwise("meanSquaredError", text, options), constantLoss: 0.25, entryLoss };
}
