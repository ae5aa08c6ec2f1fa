import type { Field } from "../field/field.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../codec/tensor/safetensors.ts";

/**
 * Encodes a training state as a `.safetensors` file: parameters by segment (`parameters/layers.0.weight`, …), optimizer state by name
 * and segment (`optimizer/firstMoment/layers.0.weight`, …), counters in the metadata. The file contains no times, so equal states
 * give equal bytes.
 */
export async function encodeCheckpoint(field: Field, optimizer: Optimizer): Promise<Uint8Array> {
  const vectors = { parameters: field.parameters, ...prefixed(optimizer) };
  const tensors: Record<string, StoredTensor> = {};
  const flats = await Promise.all(Object.values(vectors).map((vector) => vector.read()));
  Object.entries(vectors).forEach(([name, { layout }], i) => {
    for (const { name: segment, shape, flat, size } of layout) {
      tensors[`${name}/${segment}`] = { shape, data: flats[i].slice(flat, flat + size) };
    }
  });
  const { step, observations } = optimizer.counters;
  return encodeSafetensors(tensors, {
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
  const vectors = { parameters: field.parameters, ...prefixed(optimizer) };
  const flats = Object.entries(vectors).map(([vector, { layout }]) => {
    const all = new Float32Array(layout.parameterCount);
    for (const { name: segment, shape, flat } of layout) {
      const tensor = tensors[`${vector}/${segment}`];
      if (String(tensor?.shape) !== String(shape)) {
        const found = tensor === undefined ? "none" : `[${tensor.shape}]`;
        throw new Error(`${name}: ${vector}/${segment}: shape [${shape}] expected, ${found} found.`);
      }
      all.set(tensor.data, flat);
    }
    return all;
  });
  const counters = { step: counter(metadata, "step", name), observations: counter(metadata, "observations", name) };
  Object.values(vectors).forEach((vector, i) => vector.write(flats[i]));
  optimizer.restore(counters);
}

function counter(metadata: Record<string, string>, key: string, name: string): number {
  const value = metadata[key];
  if (value !== undefined && /^\d+$/.test(value)) return Number(value);
  throw new Error(
    `${name}: ${key}: a whole number from 0 expected, ${value === undefined ? "none" : `"${value}"`} found.`,
  );
}

function prefixed(optimizer: Optimizer) {
  return Object.fromEntries(Object.entries(optimizer.state).map(([name, vector]) => [`optimizer/${name}`, vector]));
}
