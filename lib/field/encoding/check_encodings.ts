import type { Gpu } from "../../gpu/device.ts";
import { padWidth } from "../../linalg/layout.ts";
import { type FieldDescription, isEncoding, widthsOf } from "../description.ts";
import type { Encoding } from "./encoding.ts";

/** Encodings that were found right, by the number of their inputs. */
const checked = new WeakMap<Encoding, Set<number>>();

/** Rows that are encoded for the check. */
const ROWS = 16;

/**
 * Checks by encoding a few rows that each encoding of a field writes as many features as it declares, and 0 beyond them. What lies
 * beyond would otherwise be trained on in silence. Each encoding is checked once in a process.
 *
 * @throws If an encoding writes something else than 0 to the padding.
 */
export async function checkEncodings(gpu: Gpu, description: FieldDescription): Promise<void> {
  const widths = widthsOf(description);
  for (const layer of description.layers) {
    if (!isEncoding(layer)) continue;
    const inputs = widths.get(layer.from[0])!;
    const known = checked.get(layer.encoding) ?? new Set();
    if (!known.has(inputs)) await checkEncoding(gpu, layer.encoding, inputs);
    checked.set(layer.encoding, known.add(inputs));
  }
}

async function checkEncoding(gpu: Gpu, encoding: Encoding, inputs: number): Promise<void> {
  const features = encoding.outputs(inputs);
  const [inputStride, outputStride] = [padWidth(inputs), padWidth(features)];
  using x = gpu.buffer("inputs of an encoding", ROWS * inputStride * 4);
  using encoded = gpu.buffer("features of an encoding", ROWS * outputStride * 4);
  gpu.write(x, Float32Array.from({ length: ROWS * inputStride }, (_, i) => i % inputStride < inputs ? 0.3 : 0));
  encoding.record(gpu, x, encoded, { rows: ROWS, inputs, inputStride, outputStride });
  const [bytes] = await gpu.read(encoded);
  const wrong = new Float32Array(bytes).findIndex((value, i) => i % outputStride >= features && value !== 0);
  if (wrong < 0) return;
  throw new Error(
    `encoding ${encoding.name}: expected ${features} features of ${inputs} inputs, as outputs(${inputs}) says, and 0 in the padding, ` +
      `found something else in column ${wrong % outputStride + 1}.`,
  );
}
