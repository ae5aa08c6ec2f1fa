import type { Objective } from "../../lib/objective/objective.ts";
import { objectiveKinds } from "../../lib/objective/registry.ts";

/** The objective that the options describe. */
export function chosenObjective(values: { readonly objective: string }): Objective {
  return objectiveKinds.find(({ name }) => name === values.objective)!.make();
}
