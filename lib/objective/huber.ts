import { type Hyperparameters, resolveHyperparameters } from "../hyperparameter/hyperparameter.ts";
import { POSITIVE } from "../hyperparameter/range.ts";
import { objectiveKind } from "./kind.ts";
import type { Objective } from "./objective.ts";
import { pointwise, type PointwiseOptions } from "./pointwise.ts";
import text from "../../wgsl/objective/huber.wgsl" with { type: "text" };

/** Options of {@linkcode huber}. */
export interface HuberOptions extends PointwiseOptions {
  /**
   * δ, the error from which on the loss grows linearly, in units of the targets that the field is trained on. A positive number; 0.01 by
   * default, a hundredth of the range [0, 1].
   */
  delta?: number;
}

const hyperparameters: Hyperparameters<Omit<HuberOptions, "output">> = {
  delta: {
    range: POSITIVE,
    default: 0.01,
    doc: "Error δ from which on the loss grows linearly, in units of the targets after normalisation",
  },
};

/** The entry of the registry. */
export const huberKind = objectiveKind({ name: "huber", outputs: "values", hyperparameters, make: huber });

/**
 * Huber's loss (Huber 1964): the mean over all rows and columns of e²/2 where e = |y − t| ≤ δ, and of δ (e − δ/2) elsewhere. It is smooth like
 * a squared error where the field fits, and single targets that are far off pull at the field no harder than those that are off by δ.
 * The default of δ is for targets in [0, 1], where with the δ = 1 of other libraries no error would be large.
 *
 * The second derivative by y is 1 up to δ and 0 beyond, so that samples beyond it are missing in the Gauss-Newton matrix.
 *
 * @throws {RangeError} If an option is out of range.
 */
export function huber({ output, ...options }: HuberOptions = {}): Objective {
  const { delta } = resolveHyperparameters("huber", hyperparameters, options);
  const entryLoss = (output: number, target: number) => {
    const error = Math.abs(output - target);
    return error <= delta ? error ** 2 / 2 : delta * (error - delta / 2);
  };
  return {
    ...pointwise("huber", text, { output, constants: [delta, 0] }),
    options: { delta },
    // A constant in the middle of [0, 1] is off by at most a half.
    constantLoss: entryLoss(0.5, 0),
    entryLoss,
  };
}
