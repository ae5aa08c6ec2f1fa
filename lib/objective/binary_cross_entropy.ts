import { checkOptions } from "../hyperparameter/members.ts";
import { objectiveKind } from "./kind.ts";
import type { Objective } from "./objective.ts";
import { pointwise, POINTWISE_OPTIONS, type PointwiseOptions } from "./pointwise.ts";
import text from "../../wgsl/objective/binary_cross_entropy.wgsl" with { type: "text" };

/** The entry of the registry. */
export const binaryCrossEntropyKind = objectiveKind({
  name: "binaryCrossEntropy",
  aliases: ["bce"],
  outputs: "logits",
  hyperparameters: {},
  make: binaryCrossEntropy,
});

/**
 * Binary cross-entropy of logits y with targets t in [0, 1]: the mean over all rows and columns of softplus(y) − t y, which
 * cannot overflow. The predicted probability is p = sigmoid(y), so p > ½ if y > 0.
 */
export function binaryCrossEntropy(options: PointwiseOptions = {}): Objective {
  checkOptions("binaryCrossEntropy", options, POINTWISE_OPTIONS);
  // log(1 + exp(y)) − t y, without overflow.
  const entryLoss = (output: number, target: number) =>
    Math.max(output, 0) + Math.log1p(Math.exp(-Math.abs(output))) - target * output;
  return { ...pointwise("binaryCrossEntropy", text, options), constantLoss: Math.LN2, entryLoss };
}
