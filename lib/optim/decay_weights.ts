import { checkRange, FROM_0 } from "../hyperparameter/range.ts";
import { entrywise } from "./entrywise.ts";
import type { GradientTransform } from "./optimizer.ts";
import text from "../../wgsl/optim/weight_decay.wgsl" with { type: "text" };

const source = { name: "weight_decay", text };

/**
 * Decoupled weight decay (Loshchilov & Hutter 2019) for an optimizer that has none of its own: every step begins with
 * θ ← (1−λη)θ, η the step's learning rate. The gradient is left as it is. For use in `chain`.
 *
 * @param weightDecay λ ≥ 0.
 * @throws When it is not.
 */
export function decayWeights(weightDecay: number): GradientTransform {
  const name = "decayWeights";
  checkRange(`${name}: weightDecay`, weightDecay, FROM_0);
  return {
    name,
    options: { weightDecay },
    create: (context) => ({
      apply({ parameters, gradient, learningRate }) {
        entrywise(context, source, { parameters }, { shrink: 1 - weightDecay * learningRate });
        return gradient;
      },
      [Symbol.dispose]() {},
    }),
  };
}
