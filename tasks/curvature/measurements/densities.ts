import { list, number, object, type Shaped } from "../../shell/shape.ts";
import type { Result } from "../measurement.ts";
import { densitiesShape } from "./shares.ts";

/** Densities of Hv, in the order of the batch sizes. */
export const shape = list(object({ batchSize: number({ whole: true, min: 1 }), ...densitiesShape }), { least: 1 });

/** Densities of Hv for several batch sizes. */
export type Densities = Shaped<typeof shape>;

/** The batch sizes that all of the results have, the largest first. */
export function batchesOf(results: readonly Result<Densities>[]): number[] {
  const [first, ...others] = results.map(({ result }) => result.map(({ batchSize }) => batchSize));
  return first.filter((size) => others.every((sizes) => sizes.includes(size))).sort((a, b) => b - a);
}
