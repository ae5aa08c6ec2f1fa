import { decodeSafetensors, encodeSafetensors } from "../codec/tensor/safetensors.ts";
import { descriptionToText } from "../field/description_text.ts";
import type { Field } from "../field/field.ts";
import type { Vector } from "../linalg/vector.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { tensorsToVector, vectorsToTensors } from "./vector_tensors.ts";

/**
 * Encodes a training state as a `.safetensors` file: the field as `saveField` writes it, optimizer state by name and segment
 * (`optimizer/firstMoment/layers.0.weight`, …), counters in the metadata. The file contains no times, so equal states give equal
 * bytes. `loadField` reads the field alone.
 */
export async function encodeCheckpoint(field: Field, optimizer: Optimizer): Promise<Uint8Array> {
  const { step, observations } = optimizer.counters;
  return encodeSafetensors(await vectorsToTensors(vectorsOf(field, optimizer)), {
    field: descriptionToText(field.description),
    optimizer: optimizer.spec.name,
    step: String(step),
    observations: String(observations),
  });
}

/**
 * Restores the training state of a checkpoint, so that training continues bit for bit as if it had not been interrupted.
 *
 * @param name The name of the file in error messages.
 * @throws {Error} If the checkpoint belongs to another optimizer or field.
 */
export function decodeCheckpoint(bytes: Uint8Array, field: Field, optimizer: Optimizer, name = "checkpoint"): void {
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  if (metadata.optimizer !== optimizer.spec.name) {
    throw new Error(`${name}: of optimizer ${metadata.optimizer}, but this run has ${optimizer.spec.name}.`);
  }
  const vectors = Object.entries(vectorsOf(field, optimizer));
  const flats = vectors.map(([vector, { layout }]) => tensorsToVector(tensors, vector, layout, name));
  const counters = { step: counter(metadata, "step", name), observations: counter(metadata, "observations", name) };
  vectors.forEach(([, vector], i) => vector.write(flats[i]));
  optimizer.restore(counters);
}

function counter(metadata: Record<string, string>, key: string, name: string): number {
  const value = metadata[key];
  if (value !== undefined && /^\d+$/.test(value)) return Number(value);
  throw new Error(
    `${name}: ${key}: a whole number from 0 expected, ${value === undefined ? "none" : `"${value}"`} found.`,
  );
}

/** All vectors of a checkpoint, by their names in the file. */
function vectorsOf(field: Field, optimizer: Optimizer): Record<string, Vector> {
  const state = Object.entries(optimizer.state).map(([name, vector]) => [`optimizer/${name}`, vector]);
  return { parameters: field.parameters, ...Object.fromEntries(state) };
}
