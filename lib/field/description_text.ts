import { activations } from "./activation/registry.ts";
import {
  checkDescription,
  type DenseLayer,
  type EncodingLayer,
  type FieldDescription,
  isEncoding,
} from "./description.ts";
import { encodings } from "./encoding/registry.ts";

type Parts = Readonly<Record<string, unknown>>;

/** An activation or an encoding, as a description's text names it. */
interface NamedPart {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
}

/** A description as JSON; activations and encodings are written by their names and options. */
export function descriptionToText(description: FieldDescription): string {
  const { inputs, outputs } = description;
  const named = ({ name, options }: NamedPart) => ({ name, options });
  const layers = description.layers.map((layer) => {
    const { name, from } = layer;
    if (isEncoding(layer)) return { name, from, encoding: named(layer.encoding) };
    const { units, activation, weightBound } = layer;
    return { name, from, units, activation: named(activation), weightBound };
  });
  return JSON.stringify({ inputs, layers, outputs });
}

/**
 * Reads what {@linkcode descriptionToText} wrote. Activations and encodings are made from their registries.
 *
 * @param text The JSON.
 * @param where How errors call the place that it comes from.
 * @throws When it is damaged, is no valid description, or names an activation, an encoding or an option that no registry has.
 */
export function descriptionFromText(text: string, where: string): FieldDescription {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${where}: a field description in JSON expected, but: ${(cause as Error).message}.`, { cause });
  }
  const { inputs, layers, outputs } = partsOf(found, where);
  if (!Array.isArray(layers)) throw new Error(`${where}: a list of layers expected, ${short(layers)} found.`);
  const description: FieldDescription = {
    inputs: recordOf(inputs, "number", `${where}: inputs`),
    layers: layers.map((layer) => layerFrom(partsOf(layer, where), where)),
    outputs: recordOf(outputs, "string", `${where}: outputs`),
  };
  try {
    checkDescription(description);
  } catch (cause) {
    throw new Error(`${where}: ${(cause as Error).message}`, { cause });
  }
  return description;
}

function layerFrom(layer: Parts, where: string): DenseLayer | EncodingLayer {
  const { name, from, units, weightBound } = layer;
  const isNames = Array.isArray(from) && from.every((source) => typeof source === "string");
  if (typeof name !== "string" || !isNames) {
    throw new Error(`${where}: a layer with a name and a list of what it reads expected, ${short(layer)} found.`);
  }
  const here = `${where}: layer ${name}`;
  if (Object.hasOwn(layer, "encoding")) {
    if (from.length !== 1) throw new Error(`${here}: one input expected, ${from.length} found.`);
    return { name, from: [from[0]], encoding: made("encoding", layer.encoding, encodings, here) };
  }
  if (typeof units !== "number") throw new Error(`${here}: a number of units expected, ${short(units)} found.`);
  if (weightBound !== undefined && typeof weightBound !== "number") {
    throw new Error(`${here}: a number as weightBound expected, ${short(weightBound)} found.`);
  }
  const activation = made("activation", layer.activation, activations, here);
  return { name, from, units, activation, ...weightBound !== undefined && { weightBound } };
}

/** Makes what a text names by its registry. */
function made<P extends NamedPart>(
  kind: string,
  found: unknown,
  registry: Readonly<Record<string, (options: Record<string, number>) => P>>,
  where: string,
): P {
  const { name, options } = partsOf(found, `${where}: ${kind}`);
  if (typeof name !== "string" || !Object.hasOwn(registry, name)) {
    const known = Object.keys(registry).join(", ");
    throw new Error(
      `${where}: ${kind} ${
        short(name)
      } is none of ${known}; a field with one of your own is loaded by passing its description.`,
    );
  }
  const wanted = recordOf<number>(options, "number", `${where}: options of ${kind} ${name}`);
  let part: P;
  try {
    part = registry[name](wanted);
  } catch (cause) {
    throw new Error(`${where}: ${(cause as Error).message}`, { cause });
  }
  const unknown = Object.keys(wanted).find((option) => part.options[option] !== wanted[option]);
  if (unknown !== undefined) throw new Error(`${where}: ${kind} ${name} has no option ${unknown}.`);
  return part;
}

/** The members of an object. */
function partsOf(found: unknown, where: string): Parts {
  if (typeof found === "object" && found !== null && !Array.isArray(found)) return found as Parts;
  throw new Error(`${where}: an object expected, ${short(found)} found.`);
}

/** The members of an object, all of which have one type. */
function recordOf<T>(found: unknown, type: "number" | "string", where: string): Record<string, T> {
  const parts = partsOf(found, where);
  const other = Object.keys(parts).find((name) => {
    const found: string = typeof parts[name];
    return found !== type;
  });
  if (other !== undefined) throw new Error(`${where}: ${other}: a ${type} expected, ${short(parts[other])} found.`);
  return parts as Record<string, T>;
}

/** A value in an error, cut short. */
function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
