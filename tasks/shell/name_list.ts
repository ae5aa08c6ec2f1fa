import { nearestName } from "../../lib/hyperparameter/nearest_name.ts";
import type { ChoiceOption } from "./command.ts";
import { UserError } from "./user_error.ts";

/**
 * The names in a list that are separated by commas; other names that are accepted become those that they stand for.
 *
 * @param option The option with the list, for messages.
 * @throws {UserError} If a name is unknown or given twice.
 */
export function nameList(
  option: string,
  text: string,
  { choices: known, aliases = {} }: Pick<ChoiceOption, "choices" | "aliases">,
): string[] {
  const found = text.split(",").map((name) => name.trim()).map((name) => {
    return Object.hasOwn(aliases, name) ? aliases[name] : name;
  });
  for (const [index, name] of found.entries()) {
    if (found.indexOf(name) < index) throw new UserError(`${option}: ${name} is given twice: give it once.`);
    if (known.includes(name)) continue;
    const meant = nearestName(name, known);
    throw new UserError(
      `${option}: expected names among ${known.join(", ")}, separated by commas, found "${name}"` +
        `${meant === undefined ? "." : `; did you mean ${meant}?`}`,
    );
  }
  return found;
}
