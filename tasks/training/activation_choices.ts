import type { ChoiceOption, Option } from "../shell/command.ts";
import type { TrainingTask } from "./task.ts";

/** The activations that the fields of a task may have, with other names for them. */
export function activationChoices({ command }: TrainingTask): Pick<ChoiceOption, "choices" | "aliases"> {
  const option = command.options.find((each: Option) => each.name === "activation");
  return option?.kind === "choice" ? option : { choices: [] };
}
