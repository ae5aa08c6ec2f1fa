import type { Gpu } from "../../gpu/device.ts";
import { timeByClock } from "../../gpu/time_work.ts";
import { classRows, familyOf, FUSED, isTile } from "./family.ts";
import type { ChainLayer } from "./layer_chain.ts";
import type { Measurement, TuneOptions } from "./measurement.ts";
import { TrialChain } from "./trial_chain.ts";

/** How a chain of layers is computed: in single dispatches, or layer by layer. */
export const CHAIN_CHOICES = [FUSED, "apart"] as const;

/**
 * Whether a chain of layers is computed in single dispatches for so many rows: if that was asked for when the device was opened, or if
 * nothing was and it was measured to be faster.
 */
export function isFused(gpu: Gpu, layers: readonly ChainLayer[], rows: number): boolean {
  const { asked } = gpu.tuner;
  if (asked !== "auto") return asked === FUSED;
  return isCandidate(gpu, layers, rows) && gpu.tuner.choiceOr(subjectOf(layers, rows), "apart") === FUSED;
}

/**
 * Finds out by timing whether a chain of layers is faster in single dispatches, if its products are computed in workgroup memory: on other
 * adapters it cannot be. Families for these products should have been chosen before. The clock of the host decides, since what is saved
 * is the time between kernels.
 *
 * @returns What was measured; undefined if nothing was.
 */
export async function tuneChain(
  gpu: Gpu,
  layers: readonly ChainLayer[],
  rows: number,
  { again = false, except = new Set(), budget: seconds, signal }: TuneOptions,
): Promise<Measurement | undefined> {
  const { tuner } = gpu;
  const subject = subjectOf(layers, rows);
  if (tuner.asked !== "auto" || !isCandidate(gpu, layers, rows) || except.has(subject)) return undefined;
  if (!again && (tuner.choice(subject) !== undefined || tuner.isOver)) return undefined;
  using budget = tuner.budget(seconds);
  if (budget.spent) return undefined;
  signal?.throwIfAborted();
  using trial = new TrialChain(gpu, layers, classRows(rows));
  const works: Record<string, () => void> = {};
  for (const choice of CHAIN_CHOICES) {
    works[choice] = () => trial.record(choice === FUSED);
    works[choice]();
    await gpu.synchronize();
  }
  const milliseconds = await timeByClock(gpu, works, again ? 9 : 5, signal);
  const choice = milliseconds[FUSED] < milliseconds.apart ? FUSED : "apart";
  tuner.choose(subject, choice);
  return { subject, milliseconds, choice };
}

/** Whether the heaviest layer's values are computed in workgroup memory. */
function isCandidate(gpu: Gpu, layers: readonly ChainLayer[], rows: number): boolean {
  const work = ({ outputs, inputs }: ChainLayer) => outputs * inputs;
  const { outputs, inputs } = layers.reduce((most, layer) => work(layer) > work(most) ? layer : most);
  return isTile(familyOf(gpu, { kind: "forward", shape: { rows, outputs, inputs } }));
}

/** The subject under which the choice for a chain is kept in the autotuning cache. */
function subjectOf(layers: readonly ChainLayer[], rows: number): string {
  const widths = [layers[0].inputs, ...layers.map(({ outputs }) => outputs)];
  return `chain ${widths.join("x")} rows ${classRows(rows)}`;
}
