import type { Objective } from "./objective.ts";
import { pointwise, type PointwiseOptions } from "./pointwise.ts";
import text from "../../wgsl/objective/mean_squared_error.wgsl" with { type: "text" };

/** Mean squared error: the mean over all rows and columns of (y − t)². */
export function meanSquaredError(options: PointwiseOptions = {}): Objective {
  return { ...pointwise("meanSquaredError", text, options), constantLoss: 0.25 };
}
