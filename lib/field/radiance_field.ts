import { ENCODING } from "../hyperparameter/arguments.ts";
import { checkMembers, LIST, type Member, NUMBER, optional } from "../hyperparameter/members.ts";
import { ACTIVATION, checkActivation } from "./activation/check_activation.ts";
import type { Activation } from "./activation/activation.ts";
import { identity } from "./activation/identity.ts";
import { checkDescription, type DenseLayer, type EncodingLayer, type FieldDescription } from "./description.ts";
import type { Encoding } from "./encoding/encoding.ts";

/** Options of {@linkcode radianceField}. */
export interface RadianceFieldOptions {
  /** The activation of every hidden layer. */
  activation: Activation;
  /** Number of hidden layers of the trunk, 8 by default. */
  depth?: number;
  /** Units of a layer of the trunk, 256 by default. */
  width?: number;
  /**
   * Indices (from 0) of the trunk's layers that read the position again, concatenated after the output of the previous
   * layer. The default is the layer in the middle, `depth / 2`, if the trunk has at least 4 layers.
   */
  skips?: readonly number[];
  /** Units of the hidden layer between the trunk and the colour; half of `width` by default. */
  colourWidth?: number;
  /** The encoding of the position. By default there is none. */
  positionEncoding?: Encoding;
  /** The encoding of the direction. By default there is none. */
  directionEncoding?: Encoding;
}

const MEMBERS: { readonly [Name in keyof RadianceFieldOptions]-?: Member } = {
  activation: ACTIVATION,
  depth: optional(NUMBER),
  width: optional(NUMBER),
  skips: optional(LIST),
  colourWidth: optional(NUMBER),
  positionEncoding: optional(ENCODING),
  directionEncoding: optional(ENCODING),
};

/**
 * Describes a radiance field (Mildenhall et al. 2020, figure 7). A trunk of layers `trunk.0`, `trunk.1`, … reads the position. Two
 * linear layers, `density` and `feature`, read the end of the trunk. One hidden layer reads the feature and the viewing direction,
 * and the linear layer `colour` follows. Inputs are `position` (3) and `direction` (3, of unit length). Outputs are `density` (1)
 * and `colour` (3), both raw, as `volumeRendering` expects them.
 *
 * @throws If a number is out of range.
 */
export function radianceField(options: RadianceFieldOptions): FieldDescription {
  checkMembers("radianceField", options, MEMBERS);
  checkActivation(options.activation, "radianceField: activation");
  const { activation, depth = 8, width = 256, positionEncoding, directionEncoding } = options;
  const { skips = depth >= 4 ? [Math.floor(depth / 2)] : [], colourWidth = Math.max(1, Math.floor(width / 2)) } =
    options;
  if (!Number.isInteger(depth) || depth < 1) {
    throw new Error(`radianceField: depth: expected a whole number from 1, found ${depth}.`);
  }
  for (const skip of skips) {
    if (!Number.isInteger(skip) || skip < 1 || skip >= depth) {
      throw new Error(`radianceField: skips: expected whole numbers from 1 to ${depth - 1}, found ${skip}.`);
    }
  }
  const layers: (DenseLayer | EncodingLayer)[] = [];
  const encode = (input: string, encoding?: Encoding): string => {
    if (encoding === undefined) return input;
    layers.push({ name: `${input}.encoding`, from: [input], encoding });
    return `${input}.encoding`;
  };
  const position = encode("position", positionEncoding);
  let below: string[] = [position];
  for (let i = 0; i < depth; i++) {
    if (skips.includes(i)) below.push(position);
    layers.push({ name: `trunk.${i}`, from: below, units: width, activation });
    below = [`trunk.${i}`];
  }
  // Linear layers are initialised like the activation's later layers.
  const linear = { activation: identity(), weightBound: activation.weightBound(width, false) };
  layers.push({ name: "density", from: below, units: 1, ...linear });
  layers.push({ name: "feature", from: below, units: width, ...linear });
  const direction = encode("direction", directionEncoding);
  layers.push({ name: "colour.hidden", from: ["feature", direction], units: colourWidth, activation });
  const weightBound = activation.weightBound(colourWidth, false);
  layers.push({ name: "colour", from: ["colour.hidden"], units: 3, activation: identity(), weightBound });
  const description: FieldDescription = {
    inputs: { position: 3, direction: 3 },
    layers,
    outputs: { density: "density", colour: "colour" },
  };
  checkDescription(description);
  return description;
}
