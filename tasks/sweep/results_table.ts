import { TASKS } from "../registry.ts";
import { shownValue } from "../own/own_files.ts";
import { camelCase } from "../shell/command.ts";
import type { RunResult } from "./conduct.ts";

/** Options that have a column of their own: the run's name, and the learning rate, which is told also where it is a default. */
const TOLD = ["name", "learning-rate"];

/** What is known of a run, in a word: what has become of it, or how far its folder says that it came. */
export function statusOf({ state, found }: RunResult): string {
  if (state !== "waiting") return state;
  return found === undefined ? "not begun" : found.status;
}

/**
 * A row for each run: its number, name and state, the input and the grid's options, the figures of its summary, and the values of all its
 * other options. An option that only some of several grids have is told for all runs. The columns of a run that has no folder yet are empty.
 */
export function resultRows(task: string, results: readonly RunResult[]): Record<string, unknown>[] {
  const choices = [...new Set(results.flatMap(({ run }) => Object.keys(run.choice)))];
  const inputs = (TASKS.get(task)!.command.positionals ?? []).map((each) => each.name);
  const told = new Set([...TOLD, ...inputs, ...choices].map(camelCase));
  return results.map((result) => {
    const { run: { number, name, input, choice }, found, reason } = result;
    const { task: _task, status: _status, ...figures } = found?.summary ?? {};
    const valueOf = (option: string) =>
      choice[option] ?? (option === "learning-rate" ? found?.learningRate : found?.options[camelCase(option)]);
    const others = Object.entries(found?.options ?? {}).filter(([option]) => !told.has(option));
    return {
      run: number,
      name,
      status: statusOf(result),
      reason,
      task,
      input: input.name,
      ...Object.fromEntries(choices.map((option) => [option, plain(shownValue(option, valueOf(option)))])),
      ...choices.includes("learning-rate") ? {} : { learningRate: found?.learningRate },
      ...Object.fromEntries(Object.entries(figures).map(([figure, value]) => [figure, plain(value)])),
      ...Object.fromEntries(others.map(([option, value]) => [`option.${option}`, plain(value)])),
    };
  });
}

/** A value as one cell of a table. */
function plain(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
