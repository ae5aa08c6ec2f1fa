import { isMadeAt, type Measurement } from "./measurement.ts";
import { MEASUREMENTS } from "./measurements.ts";
import type { MomentPlan } from "./moment.ts";

/** What determines the moments: new fields, or runs; one of the two is there. */
interface Measured {
  readonly fields?: { readonly activations: readonly string[]; readonly seeds: number };
  readonly runs?: readonly {
    readonly series: string;
    readonly seed: number;
    readonly checkpoints: readonly { readonly step: number }[];
  }[];
}

/** A moment and what is measured there. */
export interface MomentParts {
  readonly plan: MomentPlan;
  readonly measurements: readonly Measurement[];
}

/** All moments with their measurements, in order. */
export function plannedParts(measured: Measured): MomentParts[] {
  const along = measured.runs !== undefined;
  return plansOf(measured).map((plan) => ({
    plan,
    measurements: MEASUREMENTS.filter((each) => isMadeAt(each, plan, along)),
  }));
}

function plansOf({ fields, runs }: Measured): MomentPlan[] {
  if (runs !== undefined) {
    return runs.flatMap(({ series, seed, checkpoints }) => checkpoints.map(({ step }) => ({ series, seed, step })));
  }
  const { activations, seeds } = fields!;
  return activations.flatMap((series) => Array.from({ length: seeds }, (_, seed) => ({ series, seed, step: 0 })));
}
