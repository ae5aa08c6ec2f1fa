import type { Activation } from "../../lib/field/activation/activation.ts";
import { activationKinds } from "../../lib/field/activation/registry.ts";
import type { FieldDescription } from "../../lib/field/description.ts";
import type { Encoding } from "../../lib/field/encoding/encoding.ts";
import type { EncodingKind } from "../../lib/field/encoding/kind.ts";
import { encodingKinds } from "../../lib/field/encoding/registry.ts";
import { mlp } from "../../lib/field/mlp.ts";
import { givenHyperparameters, withOptions } from "./hyperparameters.ts";
import { networkChoice } from "./network_choice.ts";
import type { FieldDefaults, TrainingValues } from "./options.ts";

/** The activation that the options describe. */
export function chosenActivation(values: TrainingValues, defaults: FieldDefaults): Activation {
  const { activation } = networkChoice(values);
  const kind = activationKinds.find(({ name }) => name === activation)!;
  return withOptions(() => kind.make({ ...defaults[activation], ...givenHyperparameters(values, kind) }));
}

/** The encoding that the options describe; undefined for none. */
export function chosenEncoding(values: TrainingValues, defaults: FieldDefaults): Encoding | undefined {
  const kind = chosenEncodingKind(values);
  return kind && withOptions(() => kind.make({ ...defaults[kind.name], ...givenHyperparameters(values, kind) }));
}

/** The encoding that the options choose, with hyper-parameters that the command line does not change; undefined for none. */
export function fixedEncoding(values: TrainingValues, hyperparameters: FieldDefaults): Encoding | undefined {
  const kind = chosenEncodingKind(values);
  return kind?.make({ ...hyperparameters[kind.name] });
}

function chosenEncodingKind(values: TrainingValues): EncodingKind | undefined {
  const { encoding } = networkChoice(values);
  return encodingKinds.find(({ name }) => name === encoding);
}

/** Values of `NETWORK_OPTIONS`. */
type NetworkValues = TrainingValues & { readonly layers: number; readonly width: number };

/** The field that the options describe, between so many inputs and outputs. */
export function chosenNetwork(
  values: NetworkValues,
  { inputs, outputs, defaults }: {
    readonly inputs: number;
    readonly outputs: number;
    readonly defaults: FieldDefaults;
  },
): FieldDescription {
  const { layers, width } = values;
  return mlp({
    inputs,
    hidden: Array(layers).fill(width),
    outputs,
    activation: chosenActivation(values, defaults),
    encoding: chosenEncoding(values, defaults),
  });
}
