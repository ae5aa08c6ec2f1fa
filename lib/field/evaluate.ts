import { OPTIONS } from "../hyperparameter/arguments.ts";
import { checkMember, type Member, type OptionNames } from "../hyperparameter/members.ts";
import { checkEncodings } from "./encoding/check_encodings.ts";
import { padRows } from "../linalg/gemm/shape.ts";
import { Network, type NetworkField } from "./network.ts";
import { chunkRows, DEFAULT_MEMORY, downloadRows, uploadRows } from "./rows.ts";
import { tuneKernels } from "./tune.ts";
import { bytesPerRow } from "./sizes.ts";
import type { Vector } from "../linalg/vector.ts";

/** Arrays by the names of inputs or outputs. */
export type NamedArrays = Record<string, Float32Array>;

const ARRAYS: Member = {
  expected: "a Float32Array, or an object of such arrays by name",
  holds: (value) => value instanceof Float32Array || OPTIONS.holds(value) && !ArrayBuffer.isView(value),
};

/**
 * Brings arrays into the form of a record by name, and checks them.
 *
 * @param given A record of arrays `[rows, width]`, or one array if there is only one name.
 * @param widths The width of each name.
 * @param what What the arrays are, for error messages: "inputs" or "targets".
 * @returns The record, and the number of rows, which is the same for all arrays.
 * @throws If a name is missing or unknown, or an array's length does not fit.
 */
export function byName(
  given: Float32Array | NamedArrays,
  widths: ReadonlyMap<string, number>,
  what: string,
): { arrays: NamedArrays; rows: number } {
  checkMember(what, given, ARRAYS);
  const names = [...widths.keys()];
  if (given instanceof Float32Array && names.length !== 1) {
    throw new Error(`${what}: expected a record of arrays by name (${names.join(", ")}), found one array.`);
  }
  const arrays = given instanceof Float32Array ? { [names[0]]: given } : given;
  const unknown = Object.keys(arrays).filter((name) => !widths.has(name));
  if (unknown.length > 0) {
    throw new Error(`${what}: expected only ${names.join(", ")}, found ${unknown.join(", ")}.`);
  }
  let rows: number | undefined;
  for (const [name, width] of widths) {
    const array = arrays[name];
    if (array === undefined) throw new Error(`${what}: expected an array ${name}, found none.`);
    const count = array.length / width;
    if (!Number.isInteger(count)) {
      throw new Error(`${what}: ${name}: expected a multiple of its width ${width}, found ${array.length} numbers.`);
    }
    if (rows !== undefined && rows !== count) {
      throw new Error(`${what}: ${name}: expected ${rows} rows, as the others have, found ${count}.`);
    }
    rows = count;
  }
  return { arrays, rows: rows! };
}

/**
 * See `Field.evaluate`.
 *
 * @param signal Stops the evaluation between two chunks by throwing the signal's reason.
 */
export async function evaluateField(
  field: NetworkField & { readonly parameters: Vector },
  inputs: Float32Array | NamedArrays,
  signal?: AbortSignal,
): Promise<Float32Array | NamedArrays> {
  const { gpu, description } = field;
  const { arrays, rows } = byName(inputs, new Map(Object.entries(description.inputs)), "inputs");
  using evaluation = new Evaluation(field, rows, { signal });
  const results = evaluation.prepare(rows);
  for (let first = 0; first < rows; first += evaluation.chunk) {
    const count = Math.min(evaluation.chunk, rows - first);
    for (const [name, array] of Object.entries(arrays)) {
      const { value, width, padded } = evaluation.network.node(name);
      const source = { source: array, first, rows: count, paddedRows: padRows(count) };
      uploadRows(gpu, source, { buffer: value, width, stride: padded });
    }
    await evaluation.run(first, count, results);
  }
  const names = Object.keys(results);
  return inputs instanceof Float32Array && names.length === 1 ? results[names[0]] : results;
}

/** How a field is evaluated. */
export interface EvaluationOptions {
  /** The most bytes of device memory that a chunk may take. */
  readonly memory?: number;
  /** Stops the evaluation between two chunks by throwing the signal's reason. */
  readonly signal?: AbortSignal;
  /** The only output that is computed; by default all are. */
  readonly output?: string;
}

/** The names of {@linkcode EvaluationOptions}. */
export const EVALUATION_OPTIONS: OptionNames<EvaluationOptions> = { memory: true, signal: true, output: true };

/** Evaluates a field at many rows of inputs, in chunks that fit the allowed memory. */
export class Evaluation implements Disposable {
  /** The network. Before each chunk the caller writes the inputs to its buffers. */
  readonly network: Network;
  /** Rows of the largest chunk. */
  readonly chunk: number;
  readonly #outputs: string[];
  readonly #signal?: AbortSignal;
  readonly #output?: string;
  #tuned = false;

  /**
   * Allocates the buffers of one chunk.
   *
   * @param rows Total number of rows. If there are few, less memory is allocated.
   * @param options.memory Bytes of device memory that a chunk may take.
   * @param options.signal Stops the evaluation: `run` then throws the signal's reason.
   * @param options.output The only output that is computed; by default all are.
   */
  constructor(
    readonly field: NetworkField & { readonly parameters: Vector },
    rows: number,
    { memory = DEFAULT_MEMORY, signal, output }: EvaluationOptions = {},
  ) {
    this.#signal = signal;
    this.#output = output;
    const perRow = bytesPerRow(field.description, false);
    this.chunk = chunkRows(field.gpu, Math.max(rows, 1), perRow, memory);
    this.network = new Network(field, this.chunk, false);
    this.#outputs = output === undefined ? Object.keys(field.description.outputs) : [output];
  }

  /** Creates the arrays for all outputs, `[rows, width]` each. */
  prepare(rows: number): NamedArrays {
    return Object.fromEntries(
      this.#outputs.map((name) => [name, new Float32Array(rows * this.network.output(name).width)]),
    );
  }

  /**
   * Evaluates a chunk of `count` rows, whose inputs have been written to the network's buffers. The outputs are stored in
   * `results` from row `first` on.
   */
  async run(first: number, count: number, results: NamedArrays): Promise<void> {
    this.#signal?.throwIfAborted();
    const { gpu, description } = this.field;
    if (!this.#tuned) {
      await checkEncodings(gpu, description);
      await tuneKernels(gpu, { description, rows: this.chunk, gradients: false });
    }
    this.#tuned = true;
    this.network.forward(padRows(count), this.field.parameters, this.#output);
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
