import type { Gpu } from "../gpu/device.ts";
import { checkSeed, fillRandom, streams } from "../gpu/random.ts";
import { checkDescription, type FieldDescription, isEncoding, segmentsOf, widthsOf } from "./description.ts";
import { Layout } from "../linalg/layout.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { evaluateField, type NamedArrays } from "./evaluate.ts";

/** A field with parameters on a device. Made by {@linkcode createField}; whoever makes it disposes it. */
export class Field implements Disposable {
  /** Where each parameter lies; a list of segments `{ name, shape, … }`. */
  readonly layout: Layout;
  /** The parameters. */
  readonly parameters: Vector;

  /** Use {@linkcode createField}. */
  constructor(readonly gpu: Gpu, readonly description: FieldDescription) {
    checkDescription(description);
    this.layout = new Layout(segmentsOf(description));
    this.parameters = createVector(gpu, this.layout, "parameters");
  }

  /** How many parameters it has. */
  get parameterCount(): number {
    return this.layout.parameterCount;
  }

  /**
   * Outputs for a batch of inputs, both row-major.
   *
   * @param inputs `[n, inputs]`; with several named inputs a record of such arrays by name.
   * @returns `[n, outputs]`; with several named outputs a record of such arrays by name.
   */
  evaluate(inputs: Float32Array): Promise<Float32Array>;
  /** The same for several named inputs or outputs. */
  evaluate(inputs: NamedArrays): Promise<NamedArrays>;
  evaluate(inputs: Float32Array | NamedArrays): Promise<Float32Array | NamedArrays> {
    return evaluateField(this, inputs);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.parameters[Symbol.dispose]();
  }
}

/**
 * Makes a field on a device and initialises it: weights and biases uniform within the bounds of the description (see
 * `Activation.weightBound`), drawn on the device by a counter-based generator, so that a seed gives the same field on every
 * adapter.
 *
 * @param options.seed An unsigned 32-bit number; 0 by default.
 * @throws When the seed or the description is not right.
 */
export function createField(gpu: Gpu, description: FieldDescription, options: { seed?: number } = {}): Field {
  const { seed = 0 } = options;
  checkSeed("createField", seed);
  const field = new Field(gpu, description);
  initialise(field, seed);
  return field;
}

function initialise(field: Field, seed: number): void {
  const { gpu, description, layout, parameters } = field;
  const widths = widthsOf(description);
  const passive = new Set(Object.keys(description.inputs));
  for (const layer of description.layers) {
    if (isEncoding(layer)) {
      passive.add(layer.name);
      continue;
    }
    const fanIn = layer.from.reduce((sum, source) => sum + widths.get(source)!, 0);
    const first = layer.from.every((source) => passive.has(source));
    const weight = layer.weightBound ?? layer.activation.weightBound(fanIn, first);
    for (const segment of layout) {
      if (segment.block !== layer.name) continue;
      const bound = segment.role === "weight" ? weight : 1 / Math.sqrt(fanIn);
      fillRandom(gpu, parameters.buffer, segment, "uniform", bound, { seed, stream: streams.initialisation, step: 0 });
    }
  }
}
