import type { Activation } from "./activation/activation.ts";
import { identity } from "./activation/identity.ts";
import { checkDescription, type DenseLayer, type EncodingLayer, type FieldDescription } from "./description.ts";
import type { Encoding } from "./encoding/encoding.ts";

/** Options of {@linkcode mlp}. */
export interface MlpOptions {
  /** Width of the input. */
  inputs: number;
  /** Widths of the hidden layers. */
  hidden: readonly number[];
  /** Width of the output, which is linear. */
  outputs: number;
  /** Of every hidden layer. */
  activation: Activation;
  /** In front of the first layer, if any. */
  encoding?: Encoding;
}

/**
 * The plain coordinate network: an optional encoding, hidden layers `layers.0`, `layers.1`, …, a linear last layer. Its one
 * input is called `input`, its one output `output`.
 */
export function mlp(options: MlpOptions): FieldDescription {
  const { inputs, hidden, outputs, activation, encoding } = options;
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
      // The last, linear layer starts as the activation's later layers do.
      weightBound: activation.weightBound(fanIn, i === 0),
    });
    source = `layers.${i}`;
    fanIn = units;
  });
  const description: FieldDescription = { inputs: { input: inputs }, layers, outputs: { output: source } };
  checkDescription(description);
  return description;
}
