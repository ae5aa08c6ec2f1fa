import { checkArguments, FIELD } from "../hyperparameter/arguments.ts";
import { padRows } from "../linalg/gemm/shape.ts";
import { checkMembers, NUMBER, optional, TEXT } from "../hyperparameter/members.ts";
import { chosenInput, chosenOutput, type DerivativeChoice } from "./choice.ts";
import { DerivativeBlocks, type InputDerivatives } from "./derivative_blocks.ts";
import { checkEncodings } from "./encoding/check_encodings.ts";
import { tuneKernels } from "./tune.ts";
import { byName, type NamedArrays } from "./evaluate.ts";
import type { Field } from "./field.ts";
import { Network } from "./network.ts";
import { chunkRows, DEFAULT_MEMORY, downloadRows, uploadRows } from "./rows.ts";
import { bytesPerRow } from "./sizes.ts";

/** Options of {@linkcode fieldGradient} and {@linkcode laplacian}. */
export interface InputDerivativeOptions extends DerivativeChoice {
  /** Bytes of device memory that a chunk may take. More rows are processed in several chunks. */
  memory?: number;
}

/**
 * Computes the derivatives of a field's outputs by its inputs at the field's current parameters. They are exact, not differences: the
 * forward pass is differentiated along each input (docs/math.md, section 3.4), on the device and in chunks. Where ReLU has a kink, its
 * derivative is 0.
 *
 * @param inputs `[n, inputs]`, row-major. If the field has several inputs, a record of such arrays by name.
 * @param options.output The output that is differentiated; required if the field has several.
 * @param options.input The input by which it is differentiated; required if the field has several.
 * @returns `[n, outputs, inputs]`, row-major: entry (r, c, j) is ∂y_c/∂x_j at row r.
 * @throws If a name or a shape does not fit, or an encoding has no derivatives (`Encoding.recordDerivatives`).
 *
 * @example
 * ```ts ignore
 * const normals = await fieldGradient(field, points); // of a signed distance, [n, 1, 3]
 * ```
 */
export function fieldGradient(
  field: Field,
  inputs: Float32Array | NamedArrays,
  options: InputDerivativeOptions = {},
): Promise<Float32Array> {
  return inputDerivatives("fieldGradient", field, inputs, options);
}

/**
 * Computes the Laplacian of a field's outputs by its inputs, Σ_j ∂²y/∂x_j², at the field's current parameters. It is exact: the forward pass
 * carries it along with the gradient (docs/math.md, section 3.4), on the device and in chunks. The second derivative of ReLU is 0 everywhere.
 *
 * @param inputs `[n, inputs]`, row-major. If the field has several inputs, a record of such arrays by name.
 * @param options.output The output that is differentiated; required if the field has several.
 * @param options.input The input by which it is differentiated; required if the field has several.
 * @returns `[n, outputs]`, row-major.
 * @throws As {@linkcode fieldGradient} does.
 */
export function laplacian(
  field: Field,
  inputs: Float32Array | NamedArrays,
  options: InputDerivativeOptions = {},
): Promise<Float32Array> {
  return inputDerivatives("laplacian", field, inputs, options);
}

async function inputDerivatives(
  who: "fieldGradient" | "laplacian",
  field: Field,
  inputs: Float32Array | NamedArrays,
  options: InputDerivativeOptions,
): Promise<Float32Array> {
  checkMembers(who, options, { output: optional(TEXT), input: optional(TEXT), memory: optional(NUMBER) });
  checkArguments(who, { field: [field, FIELD] });
  const { gpu, description } = field;
  const output = chosenOutput(who, description, options.output);
  const input = chosenInput(who, description, options.input);
  const { arrays, rows } = byName(inputs, new Map(Object.entries(description.inputs)), "inputs");
  const derivatives = { input, laplacian: who === "laplacian" };
  await checkEncodings(gpu, description);
  using network = networkFor(field, Math.max(rows, 1), derivatives, options.memory);
  const { blocks: { directions, count: blocks } } = network;
  for (const rows of new Set([network.capacity, (blocks - 1) * network.capacity])) {
    await tuneKernels(gpu, { description, rows, gradients: false });
  }
  // The blocks that are read back: those of the gradient, or the last one.
  const read = derivatives.laplacian ? [blocks - 1] : Array.from({ length: directions }, (_, j) => j + 1);
  const { value, width, padded: stride } = network.output(output);
  const result = new Float32Array(rows * width * read.length);
  for (let first = 0; first < rows; first += network.capacity) {
    const count = Math.min(network.capacity, rows - first);
    const paddedRows = padRows(count);
    for (const [name, array] of Object.entries(arrays)) {
      const place = network.node(name);
      const source = { source: array, first, rows: count, paddedRows };
      uploadRows(gpu, source, { buffer: place.value, width: place.width, stride: place.padded });
    }
    network.forward(paddedRows, field.parameters, output);
    const matrices = read.map((block) => ({ buffer: value, first: block * paddedRows, width, stride }));
    const found = await downloadRows(gpu, count, matrices);
    found.forEach((array, j) => {
      array.forEach((entry, i) => result[(first * width + i) * read.length + j] = entry);
    });
  }
  return result;
}

/** A network whose blocks have as many rows as fit the memory. */
function networkFor(field: Field, rows: number, derivatives: InputDerivatives, memory = DEFAULT_MEMORY): Network {
  const { gpu, description } = field;
  const blocks = new DerivativeBlocks(description, derivatives).count;
  const { total, widest } = bytesPerRow(description, false);
  const perRow = { total: total * blocks, widest: widest * blocks };
  return new Network(field, chunkRows(gpu, rows, perRow, memory), false, derivatives);
}
