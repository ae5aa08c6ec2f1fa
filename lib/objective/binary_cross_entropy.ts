import type { Objective } from "./objective.ts";
import { pointwise, type PointwiseOptions } from "./pointwise.ts";
import text from "../../wgsl/objective/binary_cross_entropy.wgsl" with { type: "text" };

/**
 * Binary cross-entropy of logits y with targets t in [0, 1]: the mean over all rows and columns of softplus(y) − t y, which
 * cannot overflow. The predicted probability is p = sigmoid(y), so p > ½ if y > 0.
 */
export function binaryCrossEntropy(options: PointwiseOptions = {}): Objective {
  return { ...pointwise("binaryCrossEntropy", text, options), constantLoss: Math.LN2 };
}
