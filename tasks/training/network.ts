import type { Activation } from "../../lib/field/activation.ts";
import { gabor } from "../../lib/field/activation/gabor.ts";
import { gaussian } from "../../lib/field/activation/gaussian.ts";
import { relu } from "../../lib/field/activation/relu.ts";
import { sinc } from "../../lib/field/activation/sinc.ts";
import { sine } from "../../lib/field/activation/sine.ts";
import type { FieldDescription } from "../../lib/field/description.ts";
import { positionalEncoding } from "../../lib/field/encoding.ts";
import { mlp } from "../../lib/field/mlp.ts";
import { activationOptions } from "./hyperparameters.ts";
import type { TrainingValues } from "./options.ts";

/** Activations by the names that options have. */
export const activationOf: Record<TrainingValues["activation"], (options?: Record<string, number>) => Activation> = {
  gaussian,
  sine,
  wavelet: gabor,
  sinc,
  "relu-pe": relu,
  relu,
};

/** The widths of a field, and the width of its Gaussians where `--sigma` does not say. */
export interface NetworkShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly sigma: number;
}

/** The field that the options describe. */
export function chosenNetwork(values: TrainingValues, { inputs, outputs, sigma }: NetworkShape): FieldDescription {
  const { activation, layers, width, octaves = 8 } = values;
  const options = { ...(activation === "gaussian" && { sigma }), ...activationOptions(values) };
  return mlp({
    inputs,
    hidden: Array(layers).fill(width),
    outputs,
    activation: activationOf[activation](options),
    encoding: activation === "relu-pe" ? positionalEncoding({ octaves }) : undefined,
  });
}
