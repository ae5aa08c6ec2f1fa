import { nearestName } from "../../lib/hyperparameter/nearest_name.ts";
import { parseOptions } from "../shell/options.ts";
import { UserError } from "../shell/user_error.ts";
import type { TrainingTask } from "../training/task.ts";

/** A value of an option as a file has it. */
export type OptionValue = number | string | boolean | readonly number[];

/** Options that a sweep sets itself, or with which a task makes no run. */
const NOT_SWEPT = ["name", "out", "resume", "config", "dry-run", "conclude", "show-cameras"];

/** An option as it is typed at the command line: `--batch-size=64`, `--no-noise`; no word for an option that is off without one. */
export function optionWords(task: TrainingTask, name: string, value: OptionValue): string[] {
  const kind = task.command.options.find((option) => option.name === name)?.kind;
  if (kind === "flag" && value === false) return [];
  if (kind === "boolean" && value === false) return [`--no-${name}`];
  if ((kind === "flag" || kind === "boolean") && value === true) return [`--${name}`];
  return [`--${name}=${valueText(value)}`];
}

/** A value as it is typed at the command line. */
export function valueText(value: OptionValue): string {
  return Array.isArray(value) ? value.join(",") : `${value}`;
}

/**
 * Checks that a task has an option which a sweep may set.
 *
 * @param where The place in the file, for the message.
 * @throws {UserError} If it is not.
 */
export function checkOptionName(task: TrainingTask, name: string, where: string): void {
  const names = task.command.options.map((option) => option.name).filter((each) => !NOT_SWEPT.includes(each));
  if (!names.includes(name)) {
    const meant = nearestName(name, names);
    const hint = meant === undefined ? "." : `; did you mean ${meant}?`;
    throw new UserError(
      NOT_SWEPT.includes(name)
        ? `${where}: expected an option that a sweep may set, found ${JSON.stringify(name)}.`
        : `${where}: expected an option of deno task ${task.name} without its dashes, found ${
          JSON.stringify(name)
        }${hint}`,
    );
  }
}

/**
 * Checks that a task has an option which a sweep may set, and that a value is one of the option's.
 *
 * @param where The place in the file, for the message.
 * @throws {UserError} If it is not.
 */
export function checkOption(task: TrainingTask, name: string, value: OptionValue, where: string): void {
  checkOptionName(task, name, where);
  try {
    parseOptions(optionWords(task, name, value), { ...task.command, positionals: [] });
  } catch (error) {
    throw placed(error, where);
  }
}

/** An error of a user with the place in front of its sentence. */
export function placed(error: unknown, where: string): unknown {
  return error instanceof UserError ? new UserError(`${where}: ${error.message}`, { cause: error }) : error;
}
