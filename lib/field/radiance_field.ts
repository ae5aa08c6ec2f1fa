import type { Activation } from "./activation/activation.ts";
import { identity } from "./activation/identity.ts";
import { checkDescription, type DenseLayer, type EncodingLayer, type FieldDescription } from "./description.ts";
import type { Encoding } from "./encoding/encoding.ts";

/** Options of {@linkcode radianceField}. */
export interface RadianceFieldOptions {
  /** Of every hidden layer. */
  activation: Activation;
  /** Hidden layers of the trunk, 8 by default. */
  depth?: number;
  /** Units of a layer of the trunk, 256 by default. */
  width?: number;
  /**
   * Trunk layers (from 0) that read the position again, each behind the layer before it; by default the one in the middle,
   * `depth / 2`, where there are at least 4.
   */
  skips?: readonly number[];
  /** Units of the hidden layer between trunk and colour; half the width by default. */
  colourWidth?: number;
  /** In front of the position, if any. */
  positionEncoding?: Encoding;
  /** In front of the direction, if any. */
  directionEncoding?: Encoding;
}

/**
 * A radiance field (Mildenhall et al. 2020, figure 7): a trunk `trunk.0`, `trunk.1`, … on the position, a raw `density` and a
 * linear `feature` from its end, and from the feature and the viewing direction one hidden layer and a raw `colour`. Inputs:
 * `position` (3) and `direction` (3, of unit length); outputs: `density` (1) and `colour` (3), for `volumeRendering`.
 *
 * @throws When a number is out of range.
 */
export function radianceField(options: RadianceFieldOptions): FieldDescription {
  const { activation, depth = 8, width = 256, positionEncoding, directionEncoding } = options;
  const { skips = depth >= 4 ? [Math.floor(depth / 2)] : [], colourWidth = Math.max(1, Math.floor(width / 2)) } =
    options;
  if (!Number.isInteger(depth) || depth < 1) {
    throw new Error(`radianceField: depth: a whole number from 1 expected, ${depth} found.`);
  }
  for (const skip of skips) {
    if (!Number.isInteger(skip) || skip < 1 || skip >= depth) {
      throw new Error(`radianceField: skips: whole numbers from 1 to ${depth - 1} expected, ${skip} found.`);
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
  // Linear layers start as the activation's later layers do.
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
