import type { Gpu } from "../../gpu/device.ts";
import { canBindTangents } from "./chain_tangents.ts";
import { chooseWay, type Trial } from "./choose_way.ts";
import { classRows, familyOf, FUSED, isTile } from "./family.ts";
import type { ChainLayer } from "./layer_chain.ts";
import type { Measurement, TuneOptions } from "./measurement.ts";
import { TrialChain } from "./trial_chain.ts";

/** What of a chain is computed: its values and adjoints, or the tangents of both. */
type ChainPasses = "values" | "tangents";

/**
 * Whether a chain of layers is computed in single dispatches for so many rows: if that was asked for when the device was opened, or if
 * nothing was and it was measured to be faster.
 */
export function isFused(
  gpu: Gpu,
  layers: readonly ChainLayer[],
  rows: number,
  passes: ChainPasses = "values",
): boolean {
  const { asked } = gpu.tuner;
  if (passes === "tangents" && !canBindTangents(gpu)) return false;
  if (asked !== "auto") return asked === FUSED;
  return isCandidate(gpu, layers, rows) && gpu.tuner.choiceOr(subjectOf(layers, rows, passes), "apart") === FUSED;
}

/** Which passes over which chain a choice is about. */
interface ChainClass {
  readonly layers: readonly ChainLayer[];
  readonly rows: number;
  readonly passes: ChainPasses;
}

/**
 * Finds out by timing whether the values and adjoints of a chain are faster in single dispatches (see `chooseChain`).
 *
 * @returns What was measured; undefined if nothing was.
 */
export async function tuneChain(
  gpu: Gpu,
  layers: readonly ChainLayer[],
  rows: number,
  options: TuneOptions,
): Promise<Measurement | undefined> {
  const chain = { layers, rows, passes: "values" } as const;
  return await chooseChain(gpu, chain, options, () => new TrialChain(gpu, layers, classRows(rows)));
}

/**
 * Finds out by timing whether passes over a chain of layers are faster in single dispatches, if its products are computed in workgroup memory:
 * on other adapters they cannot be. Families for these products should have been chosen before.
 *
 * @param prepare Makes the trial; it is given the subject of the choice.
 * @returns What was measured; undefined if nothing was.
 */
export async function chooseChain(
  gpu: Gpu,
  { layers, rows, passes }: ChainClass,
  options: TuneOptions,
  prepare: (subject: string) => Trial,
): Promise<Measurement | undefined> {
  if (gpu.tuner.asked !== "auto" || !isCandidate(gpu, layers, rows)) return undefined;
  if (passes === "tangents" && !canBindTangents(gpu)) return undefined;
  const subject = subjectOf(layers, rows, passes);
  return await chooseWay(gpu, subject, options, () => prepare(subject));
}

/** Whether the heaviest layer's values are computed in workgroup memory. */
function isCandidate(gpu: Gpu, layers: readonly ChainLayer[], rows: number): boolean {
  const work = ({ outputs, inputs }: ChainLayer) => outputs * inputs;
  const { outputs, inputs } = layers.reduce((most, layer) => work(layer) > work(most) ? layer : most);
  return isTile(familyOf(gpu, { kind: "forward", shape: { rows, outputs, inputs } }));
}

/** The subject under which the choice for a chain is kept in the autotuning cache. */
function subjectOf(layers: readonly ChainLayer[], rows: number, passes: ChainPasses): string {
  const widths = [layers[0].inputs, ...layers.map(({ outputs }) => outputs)];
  const what = passes === "tangents" ? "tangents " : "";
  return `chain ${what}${widths.join("x")} rows ${classRows(rows)}`;
}
