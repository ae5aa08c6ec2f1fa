import { binaryCrossEntropy } from "./binary_cross_entropy.ts";
import { meanSquaredError } from "./mean_squared_error.ts";
import type { Objective } from "./objective.ts";
import type { PointwiseOptions } from "./pointwise.ts";

/** What the registry knows of a pointwise objective. */
export interface ObjectiveKind {
  /** Its name in configurations and on the command line. */
  readonly name: string;
  /** What it takes the field's outputs for: values like the targets, or logits of probabilities. */
  readonly outputs: "values" | "logits";
  /** Makes one. */
  readonly make: (options?: PointwiseOptions) => Objective;
}

/** Every pointwise objective. Volume rendering and sums are made of other things and are not chosen by name. */
export const objectiveKinds: readonly ObjectiveKind[] = [
  { name: "meanSquaredError", outputs: "values", make: meanSquaredError },
  { name: "binaryCrossEntropy", outputs: "logits", make: binaryCrossEntropy },
];
