import type { Layout, PlacedSegment } from "../linalg/layout.ts";
import type { Vector } from "../linalg/vector.ts";

/** What a divergence was noticed by. */
export type DivergedQuantity = "loss" | "gradient" | "gradientOrProduct" | "parameter" | "state" | "output";

/** How training diverged. */
export interface Divergence {
  /** The step, counted from 1, at which it was noticed. */
  readonly step: number;
  /** What was not finite, or too large. */
  readonly quantity: DivergedQuantity;
  /** The first and the last segment of the vector with numbers that are not finite, such as `layers.0.weight`. */
  readonly where?: readonly [string, string];
  /** How many numbers of the vector are not finite, and how many it has. */
  readonly count?: { readonly notFinite: number; readonly all: number };
  /** The name of the vector, for the optimizer's state. */
  readonly state?: string;
  /** The loss, if it is finite but above the limit. */
  readonly loss?: number;
  /** The limit of the loss. */
  readonly limit?: number;
  /** The number of steps after which the losses were below the limit for the last time. */
  readonly lastGood?: number;
  /** What to check first, where something that is not a part of the library is the likely cause: such as the file of an own optimizer. */
  readonly suspects?: readonly string[];
}

/**
 * Thrown when a loss, gradient, product or parameter, or a number in the optimizer's state, is not finite, or the loss stays above its
 * limit.
 */
export class DivergenceError extends Error {
  /** The error's name, which distinguishes it from other errors. */
  override readonly name = "DivergenceError";
  /** The step, counted from 1, at which the divergence was noticed. */
  readonly step: number;

  /**
   * Makes an error whose message names the step and the layers.
   *
   * @param divergence How training diverged.
   */
  constructor(readonly divergence: Divergence) {
    super(`Training diverged at step ${divergence.step}: ${whatText(divergence)}. ${adviceText(divergence)}`);
    this.step = divergence.step;
  }
}

function whatText({ quantity, where, count, state, loss, limit }: Divergence): string {
  if (loss !== undefined) return `the loss is ${loss.toPrecision(3)}, above its limit of ${limit!.toPrecision(3)}`;
  const what = {
    loss: "the loss",
    gradient: "the gradient",
    gradientOrProduct: "the gradient or a product",
    parameter: "a parameter",
    state: `the optimizer's state (${state})`,
    output: "an output of the field",
  };
  const place = where === undefined
    ? ""
    : where[0] === where[1]
    ? ` in ${where[0]}`
    : ` from ${where[0]} to ${where[1]}`;
  const share = count === undefined ? "" : ` (${count.notFinite} of ${count.all} numbers)`;
  return `${what[quantity]} is not finite${place}${share}`;
}

function adviceText(divergence: Divergence): string {
  const { suspects = [] } = divergence;
  const first = suspects.length === 0 ? "" : `The likely cause is code of your own: check ${suspects.join(" and ")}. `;
  if (!isBeforeUpdates(divergence)) return `${first}A lower learning rate may help.`;
  if (suspects.length > 0) {
    return `${first}It is not finite even before the first update, so a lower learning rate does not help.`;
  }
  return "It exceeds 32-bit numbers before the first update: fewer layers may help, or an activation whose gradients grow less.";
}

/** Whether it was noticed before the first update, so that neither the update nor the learning rate has had an effect. */
export function isBeforeUpdates({ step, quantity, loss }: Divergence): boolean {
  return step === 1 && quantity !== "parameter" && loss === undefined;
}

/** Which numbers of a vector are not finite: the first and the last segment that have some, and how many; undefined if all are finite. */
export async function notFiniteIn(vector: Vector): Promise<Required<Pick<Divergence, "where" | "count">> | undefined> {
  const numbers = await vector.read();
  const bad = [...vector.layout].filter(({ flat, size }) => {
    return !numbers.subarray(flat, flat + size).every(Number.isFinite);
  });
  if (bad.length === 0) return undefined;
  const notFinite = numbers.reduce((sum, number) => sum + Number(!Number.isFinite(number)), 0);
  return { where: [bad[0].name, bad.at(-1)!.name], count: { notFinite, all: numbers.length } };
}

/** The names of the segments at two places on the device, in vec4s. */
export function segmentsAt(layout: Layout, first: number, last: number): [string, string] | undefined {
  const at = (vec4: number): PlacedSegment | undefined =>
    [...layout].find(({ deviceOffset, deviceSize }) =>
      deviceOffset <= vec4 * 4 && vec4 * 4 < deviceOffset + deviceSize
    );
  const [from, to] = [at(first), at(last)];
  return from === undefined || to === undefined ? undefined : [from.name, to.name];
}
