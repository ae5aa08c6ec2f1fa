import { activations } from "../../lib/field/activation/registry.ts";
import type { FieldDescription } from "../../lib/field/description.ts";
import { positionalEncoding } from "../../lib/field/encoding/positional.ts";
import { mlp } from "../../lib/field/mlp.ts";
import golden from "../../fixtures/golden/fields.json" with { type: "json" };

/** A field with its batch, and what double precision gives for it (`fixtures/golden/README.md`). */
export interface GoldenField {
  readonly name: string;
  readonly activation: string;
  readonly hyper: Record<string, number>;
  readonly octaves: number;
  readonly input: number;
  readonly hidden: number[];
  readonly output: number;
  readonly loss: "mse" | "bce";
  readonly x: number[];
  readonly y: number[];
  readonly params: number[];
  readonly v: number[];
  readonly out: number[];
  readonly value: number;
  readonly grad: number[];
  readonly hvp: number[];
  readonly gnvp: number[];
}

/** All golden fields. */
export const goldenFields = golden as unknown as readonly GoldenField[];

/** The description of a golden field. */
export function describe({ input, hidden, output, activation, hyper, octaves }: GoldenField): FieldDescription {
  return mlp({
    inputs: input,
    hidden,
    outputs: output,
    activation: activations[activation](hyper),
    encoding: octaves > 0 ? positionalEncoding({ octaves }) : undefined,
  });
}

/** ‖actual − expected‖ / ‖expected‖. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return Math.sqrt(difference / norm);
}
