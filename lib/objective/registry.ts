import { binaryCrossEntropyKind } from "./binary_cross_entropy.ts";
import { huberKind } from "./huber.ts";
import type { ObjectiveKind } from "./kind.ts";
import { meanAbsoluteErrorKind } from "./mean_absolute_error.ts";
import { meanSquaredErrorKind } from "./mean_squared_error.ts";

/** Every objective that is chosen by its name. Volume rendering and sums are made of other things. */
export const objectiveKinds: readonly ObjectiveKind[] = [
  meanSquaredErrorKind,
  meanAbsoluteErrorKind,
  huberKind,
  binaryCrossEntropyKind,
];

/**
 * Adds an objective, which configurations may then name.
 *
 * @throws If there is one of this name.
 */
export function registerObjective(kind: ObjectiveKind): void {
  const { name } = kind;
  const isKnown = objectiveKinds.some((each) => each.name === name || each.aliases?.includes(name));
  if (isKnown) throw new Error(`objective: expected another name than ${name}.`);
  (objectiveKinds as ObjectiveKind[]).push(kind);
}
