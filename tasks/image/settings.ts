import type { FieldDescription } from "../../lib/field/description.ts";
import type { OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { chosenNetwork } from "../training/network.ts";
import { chosenOptimizer } from "../training/optimizer.ts";
import { optimizerDefaults } from "../training/optimizer_defaults.ts";
import type { ImageValues } from "./command.ts";

/** The field that the options describe. */
export function fieldFor(values: ImageValues, { channels }: { readonly channels: number }): FieldDescription {
  return chosenNetwork(values, { inputs: 2, outputs: channels, sigma: 0.05 });
}

/** The optimizer that the options describe. */
export function optimizerFor(values: ImageValues): OptimizerSpec {
  return chosenOptimizer(values, optimizerDefaults);
}
