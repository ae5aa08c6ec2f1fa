import type { FieldDescription } from "../../lib/field/description.ts";
import type { OptimizerSpec } from "../../lib/optim/optimizer.ts";
import { chosenNetwork } from "../training/network.ts";
import { chosenOptimizer } from "../training/optimizer.ts";
import { type OptimizerDefaults, optimizerDefaults } from "../training/optimizer_defaults.ts";
import type { OccupancyValues } from "./command.ts";

/** Values with nothing left open that depends on the adapter. */
export type OccupancySettings = OccupancyValues & { batchSize: number; resolution: number };

/** Fills in what depends on the adapter: a software one is slow, and makes more of many small steps. */
export function settleValues(values: OccupancyValues, software: boolean): OccupancySettings {
  const batchSize = values.batchSize ?? (software && values.preset !== "paper" ? 2048 : 50_000);
  return {
    ...values,
    batchSize: Math.min(batchSize, values.points),
    resolution: values.resolution ?? (software ? 96 : 256),
  };
}

/** The field that the options describe, with the activations' published settings for occupancy. */
export function fieldFor(values: OccupancyValues): FieldDescription {
  return chosenNetwork(values, { inputs: 3, outputs: 1, sigma: 0.09 });
}

/** As for pictures, but for what is better or published otherwise for occupancy. */
const defaults: OptimizerDefaults = {
  ...optimizerDefaults,
  rates: { ...optimizerDefaults.rates, adam: { other: 1e-3 }, adamW: { other: 1e-3 } },
};

/** The optimizer that the options describe. */
export function optimizerFor(values: OccupancyValues): OptimizerSpec {
  return chosenOptimizer(values, defaults);
}
