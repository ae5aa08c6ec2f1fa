import { checkMember, objectWith } from "../hyperparameter/members.ts";
import { checkSpec } from "./check_core.ts";
import type { GradientTransform, OptimizerSpec } from "./optimizer.ts";

const TRANSFORM = objectWith("a transformation such as clipByGlobalNorm(1)", "name", "options", "create");

/**
 * An optimizer whose steps begin with gradient transformations, in the order given; the name is that of `optax.chain`. Its options are
 * those of all parts together, and it is otherwise the optimizer that stands last.
 *
 * @param parts The transformations, then the optimizer, which may be a chain itself.
 * @throws When two parts have a hyper-parameter of the same name, and the later part's is not 0.
 * @example
 * ```ts ignore
 * const optimizer = createOptimizer(gpu, chain(clipByGlobalNorm(1), adam()), field.layout);
 * ```
 */
export function chain(...parts: readonly [...GradientTransform[], OptimizerSpec]): OptimizerSpec {
  const transforms = parts.slice(0, -1) as GradientTransform[];
  const spec = parts[parts.length - 1] as OptimizerSpec;
  checkSpec(spec, "chain: the last part");
  for (const transform of transforms) checkMember("chain: a part in front of the optimizer", transform, TRANSFORM);
  const options = { ...spec.options };
  for (const transform of transforms) {
    for (const [name, value] of Object.entries(transform.options)) {
      // A hyper-parameter of 0, such as the weight decay of most optimizers, has no effect that the transformation could double.
      if (Object.hasOwn(options, name) && options[name] !== 0) {
        throw new Error(`${spec.name}: ${transform.name} adds the option ${name}, which is there already.`);
      }
      options[name] = value;
    }
  }
  return { ...spec, options, transforms: [...transforms, ...spec.transforms ?? []] };
}
