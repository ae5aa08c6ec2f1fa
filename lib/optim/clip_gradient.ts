import type { Hyperparameter } from "../hyperparameter/hyperparameter.ts";
import { HyperparameterError } from "../hyperparameter/hyperparameter_error.ts";
import { POSITIVE, rangeMistake } from "../hyperparameter/range.ts";
import { Norms } from "../linalg/norms.ts";
import { createVector } from "../linalg/vector.ts";
import { chain } from "./chain.ts";
import { entrywise } from "./entrywise.ts";
import type { GradientTransform, OptimizerSpec } from "./optimizer.ts";
import text from "../../wgsl/optim/gradient_clip.wgsl" with { type: "text" };

/** The hyper-parameter that every optimizer has by being wrapped. */
export const clipNormHyperparameter: Hyperparameter<number> = {
  range: POSITIVE,
  default: undefined,
  doc: "Largest norm of a gradient; longer ones are scaled down to it",
};

const source = { name: "gradient_clip", text };

/**
 * Limits the norm of the gradient (Pascanu, Mikolov & Bengio 2013): g·min(1, c/‖g‖), the norm taken over all parameters. Observations
 * of the curvature are left as they are. For use in `chain`.
 *
 * @param clipNorm c > 0.
 * @throws When it is not.
 */
export function clipByGlobalNorm(clipNorm: number): GradientTransform {
  const name = "clipByGlobalNorm";
  const mistake = rangeMistake(clipNorm, clipNormHyperparameter.range);
  if (mistake !== undefined) throw new HyperparameterError(name, "clipNorm", mistake);
  return {
    name,
    options: { clipNorm },
    create(context) {
      const { gpu, layout } = context;
      using made = new DisposableStack();
      const clipped = made.use(createVector(gpu, layout, "clipped gradient"));
      const norms = made.use(new Norms(gpu, [{ offset: 0, size: layout.deviceLength }]));
      const owned = made.move();
      return {
        apply({ gradient }) {
          norms.record(gradient.buffer);
          entrywise(context, source, { gradient, norms: norms.buffer, clipped }, { largest: clipNorm });
          return clipped;
        },
        [Symbol.dispose]: () => owned.dispose(),
      };
    },
  };
}

/**
 * An optimizer that is given gradients of at most a certain norm: `chain(clipByGlobalNorm(clipNorm), spec)`.
 *
 * @param spec The optimizer.
 * @param clipNorm c > 0.
 */
export function clipGradient(spec: OptimizerSpec, clipNorm: number): OptimizerSpec {
  return chain(clipByGlobalNorm(clipNorm), spec);
}
