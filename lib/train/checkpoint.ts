import { BYTES, checkArguments, FIELD, OPTIMIZER } from "../hyperparameter/arguments.ts";
import { CHECKSUM, fillChecksum, hasRightChecksum, NO_CHECKSUM } from "../codec/tensor/checksum.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../codec/tensor/safetensors.ts";
import { descriptionToText } from "../field/description_text.ts";
import type { Field } from "../field/field.ts";
import type { Vector } from "../linalg/vector.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { CheckpointMismatchError, checkSameField } from "./checkpoint_mismatch.ts";
import { tensorsToVector, vectorsToTensors } from "./vector_tensors.ts";

/**
 * Encodes a training state as a `.safetensors` file: the field as `saveField` writes it, optimizer state by name and segment
 * (`optimizer/firstMoment/layers.0.weight`, …), counters and a checksum of the whole file in the metadata. The file contains no times, so
 * equal states give equal bytes. `loadField` reads the field alone.
 *
 * @param notes More metadata, by names other than those of the state.
 */
export async function encodeCheckpoint(
  field: Field,
  optimizer: Optimizer,
  notes: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  checkArguments("encodeCheckpoint", { field: [field, FIELD], optimizer: [optimizer, OPTIMIZER] });
  const { step, observations } = optimizer.counters;
  const bytes = encodeSafetensors(await vectorsToTensors(vectorsOf(field, optimizer)), {
    ...notes,
    field: descriptionToText(field.description),
    optimizer: optimizer.spec.name,
    step: String(step),
    observations: String(observations),
    [CHECKSUM]: NO_CHECKSUM,
  });
  return fillChecksum(bytes);
}

/**
 * Restores the training state of a checkpoint, so that training continues bit for bit as if it had not been interrupted. If something is
 * wrong with the checkpoint, neither the field nor the optimizer changes.
 *
 * @param name The name of the file in error messages.
 * @returns The metadata, including the notes.
 * @throws {CheckpointMismatchError} If the checkpoint belongs to another optimizer, or to another field than `field` describes, even if its
 * parameters have the same shapes.
 * @throws {Error} If the checkpoint is damaged or has numbers that are not finite.
 */
export function decodeCheckpoint(
  bytes: Uint8Array,
  field: Field,
  optimizer: Optimizer,
  name = "checkpoint",
): Readonly<Record<string, string>> {
  checkArguments(name, { bytes: [bytes, BYTES], field: [field, FIELD], optimizer: [optimizer, OPTIMIZER] });
  const { tensors, metadata } = decodeSafetensors(bytes, name);
  checkChecksum(bytes, name);
  if (metadata.optimizer !== optimizer.spec.name) {
    const found = JSON.stringify(metadata.optimizer)?.slice(1, -1) ?? "none";
    throw new CheckpointMismatchError(
      `${name}: expected a checkpoint of ${optimizer.spec.name}, found one of ${found}.`,
    );
  }
  checkSameField(fieldIn(metadata, name), field.description, name);
  const vectors = Object.entries(vectorsOf(field, optimizer));
  checkNames(tensors, vectors, name);
  const flats = vectors.map(([vector, { layout }]) => tensorsToVector(tensors, vector, layout, name));
  const counters = { step: counter(metadata, "step", name), observations: counter(metadata, "observations", name) };
  vectors.forEach(([, vector], i) => vector.write(flats[i]));
  optimizer.restore(counters);
  return metadata;
}

/** Checks that a checkpoint is what was written, bit for bit. */
export function checkChecksum(bytes: Uint8Array, name: string): void {
  const right = hasRightChecksum(bytes);
  if (right) return;
  const found = right === undefined ? "none" : "one of other data: the file is damaged";
  throw new Error(`${name}: expected the checksum of the file's content, found ${found}.`);
}

/** Checks that a checkpoint has no tensors besides those of its vectors. */
function checkNames(
  tensors: Readonly<Record<string, StoredTensor>>,
  vectors: readonly (readonly [string, Vector])[],
  name: string,
): void {
  const known = new Set(vectors.flatMap(([vector, { layout }]) => [...layout].map((each) => `${vector}/${each.name}`)));
  const surplus = Object.keys(tensors).find((tensor) => !known.has(tensor));
  if (surplus !== undefined) {
    throw new Error(`${name}: ${JSON.stringify(surplus)}: expected no such tensor, found one.`);
  }
}

/** The description of the field in a file's metadata, as JSON. */
export function fieldIn(metadata: Readonly<Record<string, string>>, name: string): string {
  if (Object.hasOwn(metadata, "field")) return metadata.field;
  throw new Error(`${name}: expected metadata with the description of a field, found none.`);
}

function counter(metadata: Record<string, string>, key: string, name: string): number {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  if (value !== undefined && /^\d{1,15}$/.test(value)) return Number(value);
  throw new Error(
    `${name}: ${key}: expected a whole number from 0, found ${value === undefined ? "none" : JSON.stringify(value)}.`,
  );
}

/** All vectors of a checkpoint, by their names in the file. */
function vectorsOf(field: Field, optimizer: Optimizer): Record<string, Vector> {
  const state = Object.entries(optimizer.state).map(([name, vector]) => [`optimizer/${name}`, vector]);
  return { parameters: field.parameters, ...Object.fromEntries(state) };
}
