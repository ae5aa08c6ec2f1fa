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

/** An activation or an encoding, as a description's text refers to it. */
interface NamedPart {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
}

/** Converts a description to JSON. Activations and encodings are written as their names and options. */
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
 * Reads a description that {@linkcode descriptionToText} wrote. Activations and encodings are looked up in their registries.
 *
 * @param text The JSON.
 * @param where Where the text comes from, for error messages.
 * @throws If the text is damaged, is not a valid description, or names an activation, an encoding or an option that is not in
 * the registries.
 */
export function descriptionFromText(text: string, where: string): FieldDescription {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${where}: expected a field description in JSON, found a text that is none.`, { cause });
  }
  const { inputs, layers, outputs } = exactParts(found, ["inputs", "layers", "outputs"], where);
  if (!Array.isArray(layers)) throw new Error(`${where}: expected a list of layers, found ${shortValue(layers)}.`);
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
    throw new Error(`${where}: expected a layer with a name and a list \`from\` of names, found ${shortValue(layer)}.`);
  }
  const here = `${where}: layer ${name}`;
  const encodes = Object.hasOwn(layer, "encoding");
  exactParts(layer, ["name", "from", ...encodes ? ["encoding"] : ["units", "activation", "weightBound"]], here);
  if (encodes) {
    if (from.length !== 1) throw new Error(`${here}: expected one input, found ${from.length}.`);
    return { name, from: [from[0]], encoding: made("encoding", layer.encoding, encodings, here) };
  }
  if (typeof units !== "number") throw new Error(`${here}: expected a number of units, found ${shortValue(units)}.`);
  if (weightBound !== undefined && typeof weightBound !== "number") {
    throw new Error(`${here}: expected a number as weightBound, found ${shortValue(weightBound)}.`);
  }
  const activation = made("activation", layer.activation, activations, here);
  return { name, from, units, activation, ...weightBound !== undefined && { weightBound } };
}

/** Creates the activation or encoding that a text names, from the registry. */
function made<P extends NamedPart>(
  kind: string,
  found: unknown,
  registry: Readonly<Record<string, (options: Record<string, number>) => P>>,
  where: string,
): P {
  const { name, options } = exactParts(found, ["name", "options"], `${where}: ${kind}`);
  if (typeof name !== "string" || !Object.hasOwn(registry, name)) {
    const known = Object.keys(registry).join(", ");
    throw new Error(
      `${where}: ${kind}: expected one of ${known}, found ${
        shortValue(name)
      }. To load a field that uses one of your own, pass the field's description.`,
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

/** A value as an object. Throws if it is not one. */
function partsOf(found: unknown, where: string): Parts {
  if (typeof found === "object" && found !== null && !Array.isArray(found)) return found as Parts;
  throw new Error(`${where}: expected an object, found ${shortValue(found)}.`);
}

/** A value as an object. Throws if it is not one, or has a member that is none of these: it would change nothing. */
function exactParts(found: unknown, names: readonly string[], where: string): Parts {
  const parts = partsOf(found, where);
  const other = Object.keys(parts).find((name) => !names.includes(name));
  if (other === undefined) return parts;
  throw new Error(`${where}: expected no other members than ${names.join(", ")}, found ${shortValue(other)}.`);
}

/** A value as an object whose members all have the given type. Throws if it is not one. */
function recordOf<T>(found: unknown, type: "number" | "string", where: string): Record<string, T> {
  const parts = partsOf(found, where);
  const other = Object.keys(parts).find((name) => {
    const found: string = typeof parts[name];
    return found !== type;
  });
  if (other !== undefined) {
    throw new Error(`${where}: ${other}: expected a ${type}, found ${shortValue(parts[other])}.`);
  }
  return parts as Record<string, T>;
}

/** A value as a short text for an error message. What is nested is not shown, because it may be nested very deeply. */
export function shortValue(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
