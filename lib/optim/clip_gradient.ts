import type { Hyperparameter } from "../hyperparameter/hyperparameter.ts";
import { checkRange, POSITIVE } from "../hyperparameter/range.ts";
import { createVector } from "../linalg/vector.ts";
import { Norms } from "../linalg/norms.ts";
import { entrywise } from "./entrywise.ts";
import type { OptimizerSpec } from "./optimizer.ts";
import text from "../../wgsl/optim/gradient_clip.wgsl" with { type: "text" };

/** The hyper-parameter that every optimizer has by being wrapped. */
export const clipNormHyperparameter: Hyperparameter<number> = {
  range: POSITIVE,
  default: undefined,
  doc: "Largest norm of a gradient; longer ones are scaled down to it",
};

const source = { name: "gradient_clip", text };

/**
 * An optimizer that is given gradients of at most a certain norm (Pascanu, Mikolov & Bengio 2013): g·min(1, c/‖g‖), the norm
 * taken over all parameters. Probes are left as they are.
 *
 * @param spec The optimizer.
 * @param clipNorm c > 0.
 */
export function clipGradient(spec: OptimizerSpec, clipNorm: number): OptimizerSpec {
  checkRange(`${spec.name}: clipNorm`, clipNorm, clipNormHyperparameter.range);
  return {
    ...spec,
    options: { ...spec.options, clipNorm },
    create(context) {
      const { gpu, layout } = context;
      const core = spec.create(context);
      const clipped = createVector(gpu, layout, "clipped gradient");
      const norms = new Norms(gpu, [{ offset: 0, size: layout.deviceLength }]);
      return {
        state: core.state,
        observes: core.observes,
        multipliesMatrices: core.multipliesMatrices,
        requests: core.requests?.bind(core),
        observe: core.observe?.bind(core),
        restored: core.restored?.bind(core),
        update(request, ...rest) {
          norms.record(request.gradient.buffer);
          const vectors = { gradient: request.gradient, norms: norms.buffer, clipped };
          entrywise(context, source, vectors, { largest: clipNorm });
          core.update({ ...request, gradient: clipped }, ...rest);
        },
        dispose() {
          core.dispose?.();
          clipped[Symbol.dispose]();
          norms[Symbol.dispose]();
        },
      };
    },
  };
}
