import { activations, mlp, positionalEncoding } from "../../mod.ts";

/** A case of fixtures/golden/fields.json. */
export interface GoldenField {
  name: string;
  activation: string;
  hyper: Record<string, number>;
  octaves: number;
  input: number;
  hidden: number[];
  output: number;
  loss: "mse" | "bce";
  x: number[];
  y: number[];
  params: number[];
  v: number[];
  out: number[];
  value: number;
  grad: number[];
  hvp: number[];
  gnvp: number[];
}

export const goldenFields: GoldenField[] = JSON.parse(
  Deno.readTextFileSync(new URL("../../fixtures/golden/fields.json", import.meta.url)),
);

/** The description of a golden field. */
export function describe(golden: GoldenField) {
  return mlp({
    inputs: golden.input,
    hidden: golden.hidden,
    outputs: golden.output,
    activation: activations[golden.activation](golden.hyper),
    encoding: golden.octaves > 0 ? positionalEncoding({ octaves: golden.octaves }) : undefined,
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

/** Σ aᵢbᵢ in f64. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
