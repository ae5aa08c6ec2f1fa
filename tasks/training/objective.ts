import { type FieldDescription, widthsOf } from "../../lib/field/description.ts";
import { type Objective, targetsOf } from "../../lib/objective/objective.ts";
import type { ObjectiveKind } from "../../lib/objective/kind.ts";
import { objectiveKinds } from "../../lib/objective/registry.ts";
import { UserError } from "../shell/user_error.ts";
import { givenHyperparameters, withOptions } from "./hyperparameters.ts";
import type { TrainingValues } from "./options.ts";

/** What the registry knows of the objective that the options name. */
export function objectiveKindOf(values: { readonly objective: string }): ObjectiveKind {
  return objectiveKinds.find(({ name }) => name === values.objective)!;
}

/**
 * The objective that the options describe, for such a field.
 *
 * @throws {UserError} If it needs other targets than one for the field's only output in each row.
 */
export function chosenObjective(
  values: TrainingValues & { readonly objective: string },
  description: FieldDescription,
): Objective {
  const kind = objectiveKindOf(values);
  const objective = withOptions(() => kind.make(givenHyperparameters(values, kind)));
  checkObjective(objective, description);
  return objective;
}

/** Checks that an objective compares the one output of a field with a target for each row, as the samples of a task have it. */
function checkObjective(objective: Objective, description: FieldDescription): void {
  const [[output, node]] = Object.entries(description.outputs);
  const width = widthsOf(description).get(node)!;
  const { name, rowsPerSample = 1 } = objective;
  const targets = [...targetsOf(objective, description)];
  if (rowsPerSample === 1 && targets.length === 1 && targets[0][0] === output && targets[0][1] === width) return;
  const found = targets.map(([name, width]) => `${name} of width ${width}`).join(", ") || "none";
  throw new UserError(
    `--objective ${name}: expected one whose only target is the field's output of width ${width}, for each row, found ` +
      `${found}${rowsPerSample === 1 ? "" : `, for ${rowsPerSample} rows`}.`,
  );
}
