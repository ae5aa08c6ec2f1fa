import type { StoredTensor } from "../codec/tensor/safetensors.ts";
import type { Layout } from "../linalg/layout.ts";
import { readVectors, type Vector } from "../linalg/vector.ts";

/** Vectors as named tensors, one for each segment: `NAME/SEGMENT`, of the segment's shape. */
export async function vectorsToTensors(
  vectors: Readonly<Record<string, Vector>>,
): Promise<Record<string, StoredTensor>> {
  const tensors: Record<string, StoredTensor> = {};
  const flats = await readVectors(Object.values(vectors));
  Object.entries(vectors).forEach(([name, { layout }], i) => {
    for (const { name: segment, shape, flat, size } of layout) {
      tensors[`${name}/${segment}`] = { shape, data: flats[i].slice(flat, flat + size) };
    }
  });
  return tensors;
}

/**
 * The entries of a vector, flat, from such tensors.
 *
 * @param tensors Of a file.
 * @param vector The vector's name.
 * @param layout The vector's layout.
 * @param where How errors call the file.
 * @throws When a segment is missing, has another shape or another type, when a number is not finite, or when there are segments that the layout lacks.
 */
export function tensorsToVector(
  tensors: Readonly<Record<string, StoredTensor>>,
  vector: string,
  layout: Layout,
  where: string,
): Float32Array {
  const expected = new Set<string>();
  for (const { name, shape } of layout) {
    const key = `${vector}/${name}`;
    expected.add(key);
    const tensor = Object.hasOwn(tensors, key) ? tensors[key] : undefined;
    if (String(tensor?.shape) !== String(shape)) {
      const found = tensor === undefined ? "none" : `[${tensor.shape}]`;
      throw new Error(`${where}: ${key}: expected the shape [${shape}], found ${found}.`);
    }
    if (!(tensor!.data instanceof Float32Array)) {
      throw new Error(`${where}: ${key}: expected 32-bit floats, found a ${tensor!.data.constructor.name}.`);
    }
  }
  const surplus = Object.keys(tensors).find((key) => key.startsWith(`${vector}/`) && !expected.has(key));
  if (surplus !== undefined) {
    throw new Error(`${where}: ${JSON.stringify(surplus)}: expected no such tensor, found one.`);
  }
  const all = new Float32Array(layout.parameterCount);
  for (const { name, flat } of layout) {
    const { data } = tensors[`${vector}/${name}`];
    const bad = data.findIndex((value: number) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new Error(`${where}: ${vector}/${name}: expected finite numbers, found ${data[bad]} at entry ${bad}.`);
    }
    all.set(data, flat);
  }
  return all;
}
