import { ENCODING } from "../hyperparameter/arguments.ts";
import type { Activation } from "./activation/activation.ts";
import { ACTIVATION, checkActivation } from "./activation/check_activation.ts";
import { checkMembers, LIST, type Member, NUMBER, optional } from "../hyperparameter/members.ts";
import { identity } from "./activation/identity.ts";
import { checkDescription, type DenseLayer, type EncodingLayer, type FieldDescription } from "./description.ts";
import type { Encoding } from "./encoding/encoding.ts";

/** Options of {@linkcode mlp}. */
export interface MlpOptions {
  /** Width of the input. */
  inputs: number;
  /** Widths of the hidden layers. */
  hidden: readonly number[];
  /** Width of the output, which is computed by a linear layer. */
  outputs: number;
  /** The activation of every hidden layer. */
  activation: Activation;
  /** The encoding that is applied to the input before the first layer. By default there is none. */
  encoding?: Encoding;
}

const MEMBERS: { readonly [Name in keyof MlpOptions]-?: Member } = {
  inputs: NUMBER,
  hidden: LIST,
  outputs: NUMBER,
  activation: ACTIVATION,
  encoding: optional(ENCODING),
};

/**
 * Describes a plain coordinate network, a multilayer perceptron: an optional encoding, the hidden layers `layers.0`,
 * `layers.1`, …, and a last, linear layer. Its only input is called `input`, its only output `output`.
 *
 * @throws If a width is not a positive whole number, or an option is missing, unknown or something else.
 */
export function mlp(options: MlpOptions): FieldDescription {
  checkMembers("mlp", options, MEMBERS);
  const { inputs, hidden, outputs, activation, encoding } = options;
  checkActivation(activation, "mlp: activation");
  const layers: (DenseLayer | EncodingLayer)[] = [];
  let source = "input";
  let fanIn = inputs;
  if (encoding !== undefined) {
    layers.push({ name: "encoding", from: [source], encoding });
    source = "encoding";
    fanIn = encoding.outputs(inputs);
  }
  [...hidden, outputs].forEach((units, i) => {
    layers.push({
      name: `layers.${i}`,
      from: [source],
      units,
      activation: i < hidden.length ? activation : identity(),
      // The last, linear layer is initialised like the activation's later layers.
      weightBound: activation.weightBound(fanIn, i === 0),
    });
    source = `layers.${i}`;
    fanIn = units;
  });
  const description: FieldDescription = { inputs: { input: inputs }, layers, outputs: { output: source } };
  checkDescription(description);
  return description;
}
