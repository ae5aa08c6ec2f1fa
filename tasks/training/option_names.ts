import { nearestName } from "../../lib/hyperparameter/nearest_name.ts";
import { camelCase, type Command } from "../shell/command.ts";
import { shown } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";

/** Recorded settings that follow from others in tasks without such an option: NeRF's batches are its rays. */
const DERIVED = new Set(["batchSize"]);

/** The names of the options and arguments of a command, in camelCase. */
export function optionNames({ options, positionals = [] }: Command): string[] {
  return [...options, ...positionals].map(({ name }) => camelCase(name));
}

/** Whether an option of a run follows from others, because its task has no such option. */
export function isDerived(name: string, command: Command): boolean {
  return DERIVED.has(name) && !optionNames(command).includes(name);
}

/**
 * Checks that all options of a run are options of its task.
 *
 * @param where The file's name, for the message.
 * @throws {UserError} If one is not.
 */
export function checkOptionNames(
  options: Readonly<Record<string, unknown>>,
  where: string,
  { name: task, command }: { readonly name: string; readonly command: Command },
): void {
  const other = Object.keys(options).find((name) => {
    return !optionNames(command).includes(name) && !isDerived(name, command);
  });
  if (other !== undefined) throw unknownOption(other, where, { name: task, command });
}

/** The error about a name in a file that is no option's. */
export function unknownOption(
  key: string,
  where: string,
  { name: task, command }: { readonly name: string; readonly command: Command },
): UserError {
  const meant = nearestName(camelCase(key), optionNames(command));
  return new UserError(
    `${where}: expected options of deno task ${task}, found ${shown(key)}${meant ? `; did you mean ${meant}?` : "."}`,
  );
}
