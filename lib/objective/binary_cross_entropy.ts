import type { Objective } from "./objective.ts";
import { pointwise, type PointwiseOptions } from "./pointwise.ts";
import text from "../../wgsl/objective/binary_cross_entropy.wgsl" with { type: "text" };

/**
 * The mean over all rows and columns of softplus(y) − t y: binary cross-entropy of logits y with targets t in [0, 1], in its
 * overflow-free form. A probability is sigmoid(y), so that p > ½ means y > 0.
 */
export function binaryCrossEntropy(options: PointwiseOptions = {}): Objective {
  return pointwise("binaryCrossEntropy", text, options);
}
