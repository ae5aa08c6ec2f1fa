import { padRows } from "../linalg/gemm/shape.ts";
import { Network, type NetworkSubject } from "./network.ts";
import { chunkRows, DEFAULT_MEMORY, downloadRows, uploadRows } from "./rows.ts";
import { tuneKernels } from "./tune.ts";
import { bytesPerRow } from "./sizes.ts";
import type { Vector } from "../linalg/vector.ts";

/** Arrays by the name of an input or output. */
export type NamedArrays = Record<string, Float32Array>;

/**
 * Arrays by name, whichever way they were given.
 *
 * @param given One array where there is one name, else a record.
 * @param widths Width of each name.
 * @param what For errors: "inputs" or "targets".
 * @returns The record, and the number of rows that all have.
 * @throws When a name is missing or unknown, or lengths do not fit.
 */
export function byName(
  given: Float32Array | NamedArrays,
  widths: ReadonlyMap<string, number>,
  what: string,
): { arrays: NamedArrays; rows: number } {
  const names = [...widths.keys()];
  if (given instanceof Float32Array && names.length !== 1) {
    throw new Error(`${what}: arrays by name expected (${names.join(", ")}), one array found.`);
  }
  const arrays = given instanceof Float32Array ? { [names[0]]: given } : given;
  const unknown = Object.keys(arrays).filter((name) => !widths.has(name));
  if (unknown.length > 0) {
    throw new Error(`${what}: ${unknown.join(", ")} given, but there is only ${names.join(", ")}.`);
  }
  let rows: number | undefined;
  for (const [name, width] of widths) {
    const array = arrays[name];
    if (array === undefined) throw new Error(`${what}: ${name} is missing.`);
    const count = array.length / width;
    if (!Number.isInteger(count)) {
      throw new Error(`${what}: ${name} has ${array.length} numbers, which is no multiple of its width ${width}.`);
    }
    if (rows !== undefined && rows !== count) {
      throw new Error(`${what}: ${name} has ${count} rows, others have ${rows}.`);
    }
    rows = count;
  }
  return { arrays, rows: rows! };
}

/** See `Field.evaluate`. */
export async function evaluateField(
  field: NetworkSubject & { readonly parameters: Vector },
  inputs: Float32Array | NamedArrays,
): Promise<Float32Array | NamedArrays> {
  const { gpu, description } = field;
  const { arrays, rows } = byName(inputs, new Map(Object.entries(description.inputs)), "inputs");
  using evaluation = new Evaluation(field, rows);
  const results = evaluation.prepare(rows);
  for (let first = 0; first < rows; first += evaluation.chunk) {
    const count = Math.min(evaluation.chunk, rows - first);
    for (const [name, array] of Object.entries(arrays)) {
      const { value, width, padded } = evaluation.network.node(name);
      uploadRows(gpu, array, width, first, count, value, padded, padRows(count));
    }
    await evaluation.run(first, count, results);
  }
  const names = Object.keys(results);
  return inputs instanceof Float32Array && names.length === 1 ? results[names[0]] : results;
}

/** Forward passes over many rows, chunk by chunk. */
export class Evaluation implements Disposable {
  /** The network whose inputs' buffers the caller fills. */
  readonly network: Network;
  /** Rows of one chunk. */
  readonly chunk: number;
  readonly #outputs: string[];
  #tuned = false;

  /** @param rows Rows in all, so that small evaluations take little memory. */
  constructor(
    readonly field: NetworkSubject & { readonly parameters: Vector },
    rows: number,
    memory: number = DEFAULT_MEMORY,
  ) {
    const perRow = bytesPerRow(field.description, false);
    this.chunk = chunkRows(field.gpu, Math.max(rows, 1), perRow, memory);
    this.network = new Network(field, this.chunk, false);
    this.#outputs = Object.keys(field.description.outputs);
  }

  /** Arrays for the outputs of `rows` rows. */
  prepare(rows: number): NamedArrays {
    return Object.fromEntries(
      this.#outputs.map((name) => [name, new Float32Array(rows * this.network.output(name).width)]),
    );
  }

  /** Runs one chunk whose inputs are in place and stores its outputs from row `first` on. */
  async run(first: number, count: number, results: NamedArrays): Promise<void> {
    const { gpu, description } = this.field;
    if (!this.#tuned) await tuneKernels(gpu, { description, rows: this.chunk, gradients: false });
    this.#tuned = true;
    this.network.forward(padRows(count), this.field.parameters);
    const matrices = this.#outputs.map((name) => {
      const { value, width, padded } = this.network.output(name);
      return { buffer: value, width, stride: padded };
    });
    const arrays = await downloadRows(gpu, count, matrices);
    arrays.forEach((array, i) => results[this.#outputs[i]].set(array, first * matrices[i].width));
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.network[Symbol.dispose]();
  }
}
