import { countOf, type ObservationKind } from "../optim/observation.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { WALKED } from "./step_kinds.ts";

/**
 * How many observations of a kind most of the steps from `first` on ask for, among those that ask for any; 1 if none of the steps that come
 * soon does.
 */
export function usualCount(optimizer: Pick<Optimizer, "requests">, kind: ObservationKind, first: number): number {
  const steps = new Map([[1, 0]]);
  for (let step = first; step < first + WALKED; step++) {
    const count = countOf(optimizer.requests(step), kind);
    if (count > 0) steps.set(count, (steps.get(count) ?? 0) + 1);
  }
  const [[usual]] = [...steps].sort(([, a], [, b]) => b - a);
  return usual;
}
