import { checkArguments, DESCRIPTION, DEVICE } from "../hyperparameter/arguments.ts";
import type { Gpu } from "../gpu/device.ts";
import { checkSeed, fillRandom, streams } from "../gpu/random.ts";
import { checkDescription, fanInOf, type FieldDescription, isEncoding, segmentsOf, widthsOf } from "./description.ts";
import { checkMembers, NUMBER, optional } from "../hyperparameter/members.ts";
import { Layout } from "../linalg/layout.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { evaluateField, type NamedArrays } from "./evaluate.ts";

/** A field with parameters on a device. {@linkcode createField} creates it, and the caller must dispose it. */
export class Field implements Disposable {
  /** The layout of the parameters, which is a list of segments `{ name, shape, … }`. */
  readonly layout: Layout;
  /** The field's parameters. */
  readonly parameters: Vector;

  /** Creates a field whose parameters are 0. Use {@linkcode createField}, which also initialises them. */
  constructor(readonly gpu: Gpu, readonly description: FieldDescription) {
    checkDescription(description);
    this.layout = new Layout(segmentsOf(description));
    this.parameters = createVector(gpu, this.layout, "parameters");
  }

  /** The number of parameters. */
  get parameterCount(): number {
    return this.layout.parameterCount;
  }

  /**
   * Computes the outputs for a batch of inputs. All arrays are row-major.
   *
   * @param inputs `[n, inputs]`. If the field has several inputs, a record of such arrays by name.
   * @returns `[n, outputs]`. If the field has several outputs, a record of such arrays by name.
   */
  evaluate(inputs: Float32Array): Promise<Float32Array>;
  /** Computes the outputs in the same way for several named inputs or outputs. */
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
 * Creates a field on a device and initialises it. Weights and biases are uniform within the bounds of the description (see
 * `Activation.weightBound`). They are drawn on the device by a counter-based random number generator, so that a seed gives the
 * same field on every adapter.
 *
 * @param options.seed The random seed, an unsigned 32-bit number; 0 by default.
 * @throws If the seed or the description is invalid.
 */
export function createField(gpu: Gpu, description: FieldDescription, options: { seed?: number } = {}): Field {
  checkMembers("createField", options, { seed: optional(NUMBER) });
  checkArguments("createField", { gpu: [gpu, DEVICE], description: [description, DESCRIPTION] });
  const { seed = 0 } = options;
  checkSeed("createField", seed);
  const field = new Field(gpu, description);
  initialise(field, seed);
  return field;
}

function initialise(field: Field, seed: number): void {
  const { gpu, description, layout, parameters } = field;
  const widths = widthsOf(description);
  const key = { seed, stream: streams.initialisation, step: 0 };
  const passive = new Set(Object.keys(description.inputs));
  for (const layer of description.layers) {
    if (isEncoding(layer)) {
      passive.add(layer.name);
      continue;
    }
    const fanIn = fanInOf(layer, widths);
    const first = layer.from.every((source) => passive.has(source));
    const weight = layer.weightBound ?? layer.activation.weightBound(fanIn, first);
    for (const segment of layout) {
      if (segment.block !== layer.name) continue;
      const bound = segment.role === "weight" ? weight : 1 / Math.sqrt(fanIn);
      fillRandom(gpu, parameters.buffer, segment, { distribution: "uniform", bound, key });
    }
  }
}
