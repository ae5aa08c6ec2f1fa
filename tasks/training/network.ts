import type { Activation } from "../../lib/field/activation/activation.ts";
import { gabor } from "../../lib/field/activation/gabor.ts";
import { gaussian } from "../../lib/field/activation/gaussian.ts";
import { relu } from "../../lib/field/activation/relu.ts";
import { sinc } from "../../lib/field/activation/sinc.ts";
import { sine } from "../../lib/field/activation/sine.ts";
import type { FieldDescription } from "../../lib/field/description.ts";
import { positionalEncoding } from "../../lib/field/encoding/positional.ts";
import { mlp } from "../../lib/field/mlp.ts";
import { activationOptions } from "./hyperparameters.ts";
import type { TrainingValues } from "./options.ts";

const activationOf: Record<TrainingValues["activation"], (options?: Record<string, number>) => Activation> = {
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

/** The activation that the options describe; Gaussians are `sigma` wide where `--sigma` does not say. */
export function chosenActivation(values: TrainingValues, sigma: number): Activation {
  const { activation } = values;
  return activationOf[activation]({ ...(activation === "gaussian" && { sigma }), ...activationOptions(values) });
}

/** Values of `NETWORK_OPTIONS`. */
export type NetworkValues = TrainingValues & { readonly layers: number; readonly width: number };

/** The field that the options describe. */
export function chosenNetwork(values: NetworkValues, { inputs, outputs, sigma }: NetworkShape): FieldDescription {
  const { activation, layers, width, octaves = 8 } = values;
  return mlp({
    inputs,
    hidden: Array(layers).fill(width),
    outputs,
    activation: chosenActivation(values, sigma),
    encoding: activation === "relu-pe" ? positionalEncoding({ octaves }) : undefined,
  });
}
