import type { FieldDescription } from "../../lib/field/description.ts";
import { chosenNetwork } from "../training/network.ts";
import type { SettledValues } from "../training/options.ts";
import { FIELD_DEFAULTS, type OccupancyValues } from "./command.ts";

/** The option values with the defaults that depend on the adapter filled in. */
export type OccupancySettings =
  & OccupancyValues
  & { resolution: number }
  & Pick<SettledValues, "schedule" | "batchSize">;

/** Fills in the defaults that depend on the adapter. On a slow software adapter, many small steps reach a better result. */
export function settleValues(values: OccupancyValues, software: boolean): OccupancySettings {
  const paper = values.preset === "paper";
  const batchSize = values.batchSize ?? (software && !paper ? 2048 : 50_000);
  return {
    ...values,
    schedule: values.schedule ?? (paper ? "constant" : "cosine"),
    batchSize: Math.min(batchSize, values.points),
    resolution: values.resolution ?? (software ? 96 : 256),
  };
}

/** The field that the options describe, with the activations' published settings for occupancy. */
export function fieldFor(values: OccupancyValues): FieldDescription {
  return chosenNetwork(values, { inputs: 3, outputs: 1, defaults: FIELD_DEFAULTS });
}
