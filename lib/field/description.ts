import type { Activation } from "./activation/activation.ts";
import type { Encoding } from "./encoding/encoding.ts";
import { checkOptions, type OptionNames } from "../hyperparameter/members.ts";
import { checkRange, FROM_0 } from "../hyperparameter/range.ts";
import type { Segment } from "../linalg/layout.ts";

/** A dense layer: a(X Wᵀ + b), where X is the concatenation of the inputs and layers that it reads. */
export interface DenseLayer {
  /** Unique among inputs and layers. */
  readonly name: string;
  /** Names of the inputs or earlier layers that it reads, concatenated in this order. */
  readonly from: readonly string[];
  /** Number of units, which is the layer's width. */
  readonly units: number;
  /** The activation function that is applied to the layer's preactivations. */
  readonly activation: Activation;
  /** Initial weights are uniform in ± this. The default is the activation's `weightBound`. */
  readonly weightBound?: number;
}

/** A layer that encodes one named input. */
export interface EncodingLayer {
  /** Unique among inputs and layers. */
  readonly name: string;
  /** The name of the input that it reads. */
  readonly from: readonly [string];
  /** The encoding that is applied to the input. */
  readonly encoding: Encoding;
}

/**
 * A field as data. It determines the layout and the initialisation of the parameters, the buffers, and the kernels of every
 * pass.
 */
export interface FieldDescription {
  /** Width of each named input. */
  readonly inputs: Readonly<Record<string, number>>;
  /** The layers in the order of evaluation, which is also the order of their parameters. */
  readonly layers: readonly (DenseLayer | EncodingLayer)[];
  /** The layer that each named output is read from. */
  readonly outputs: Readonly<Record<string, string>>;
}

const DENSE_MEMBERS: OptionNames<DenseLayer> = {
  name: true,
  from: true,
  units: true,
  activation: true,
  weightBound: true,
};
const ENCODING_MEMBERS: OptionNames<EncodingLayer> = { name: true, from: true, encoding: true };
const DESCRIPTION_MEMBERS: OptionNames<FieldDescription> = { inputs: true, layers: true, outputs: true };

/** Whether a layer encodes an input. */
export function isEncoding(layer: DenseLayer | EncodingLayer): layer is EncodingLayer {
  return "encoding" in layer;
}

/** Whether a layer is a dense one from which no output is read. */
export function isHidden({ outputs }: FieldDescription, layer: DenseLayer | EncodingLayer): layer is DenseLayer {
  return !isEncoding(layer) && !Object.values(outputs).includes(layer.name);
}

/**
 * Checks a description.
 *
 * @throws If there is a member that none has, a name repeats, a layer reads an unknown name, a width is not a positive whole number, a bound of initial weights is negative or none that single
 * precision can hold, an encoding reads a layer,
 * or a layer contributes to no output.
 */
export function checkDescription(description: FieldDescription): void {
  checkOptions("field description", description, DESCRIPTION_MEMBERS);
  const { inputs, layers, outputs } = description;
  const known = new Set<string>();
  const claim = (name: string) => {
    if (known.has(name)) throw new Error(`field description: two inputs or layers are called ${name}.`);
    known.add(name);
  };
  for (const [name, width] of Object.entries(inputs)) {
    claim(name);
    positiveInteger(`field description: input ${name}`, width);
  }
  if (known.size === 0) throw new Error("field description: there is no input.");
  for (const layer of layers) {
    const owner = `field description: layer ${layer.name}`;
    if (isEncoding(layer)) checkOptions(owner, layer, ENCODING_MEMBERS);
    else checkOptions(owner, layer, DENSE_MEMBERS);
    if (layer.from.length === 0) throw new Error(`field description: layer ${layer.name} reads nothing.`);
    for (const source of layer.from) {
      if (!known.has(source)) {
        throw new Error(
          `field description: layer ${layer.name} reads ${source}, which is neither an input nor an earlier layer.`,
        );
      }
    }
    if (isEncoding(layer)) {
      if (!Object.hasOwn(inputs, layer.from[0])) {
        throw new Error(`field description: encoding ${layer.name} reads ${layer.from[0]}, which is not an input.`);
      }
    } else {
      positiveInteger(`field description: units of layer ${layer.name}`, layer.units);
      if (layer.weightBound !== undefined) checkRange(`${owner}: weightBound`, layer.weightBound, FROM_0);
    }
    claim(layer.name);
  }
  if (Object.keys(outputs).length === 0) throw new Error("field description: there is no output.");
  const useful = new Set<string>(Object.values(outputs));
  for (const [name, layer] of Object.entries(outputs)) {
    if (!layers.some((each) => each.name === layer && !isEncoding(each))) {
      throw new Error(`field description: output ${name} is read from ${layer}, which is not a dense layer.`);
    }
  }
  for (const layer of layers.toReversed()) {
    if (!useful.has(layer.name)) throw new Error(`field description: layer ${layer.name} contributes to no output.`);
    for (const source of layer.from) useful.add(source);
  }
}

function positiveInteger(what: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new Error(`${what}: expected a positive whole number, found ${value}.`);
  }
}

/** The width of every input and layer, by name. */
export function widthsOf(description: FieldDescription): Map<string, number> {
  const widths = new Map<string, number>(Object.entries(description.inputs));
  for (const layer of description.layers) {
    widths.set(layer.name, isEncoding(layer) ? layer.encoding.outputs(fanInOf(layer, widths)) : layer.units);
  }
  return widths;
}

/** The number of a layer's inputs: the width of all that it reads, given the widths of `widthsOf`. */
export function fanInOf({ from }: DenseLayer | EncodingLayer, widths: ReadonlyMap<string, number>): number {
  return from.reduce((sum, source) => sum + widths.get(source)!, 0);
}

/** The parameters of a description, in flat order: for each layer, and in it for each linear map, the weight and the bias. */
export function segmentsOf(description: FieldDescription): Segment[] {
  const widths = widthsOf(description);
  return description.layers.flatMap((layer) => {
    if (isEncoding(layer)) return [];
    const fanIn = fanInOf(layer, widths);
    return layer.activation.maps.flatMap((mapName): Segment[] => {
      const map = mapName === "" ? layer.name : `${layer.name}.${mapName}`;
      return [
        { name: `${map}.weight`, shape: [layer.units, fanIn], role: "weight", map, block: layer.name },
        { name: `${map}.bias`, shape: [layer.units], role: "bias", map, block: layer.name },
      ];
    });
  });
}
