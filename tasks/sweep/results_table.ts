import type { RunResult } from "./conduct.ts";

/** What is known of a run, in a word: what has become of it, or how far its folder says that it came. */
export function statusOf({ state, found }: RunResult): string {
  if (state !== "waiting") return state;
  return found === undefined ? "not begun" : found.status;
}

/**
 * A row for each run: its number, name and state, the input and the grid's options, the figures of its summary, and the values of all its
 * options. The columns of a run that has no folder yet are empty.
 */
export function resultRows(task: string, results: readonly RunResult[]): Record<string, unknown>[] {
  const choices = [...new Set(results.flatMap(({ run }) => Object.keys(run.choice)))];
  const none = Object.fromEntries(choices.map((name) => [name, undefined]));
  return results.map((result) => {
    const { run: { number, name, input, choice }, found, reason } = result;
    const { task: _task, status: _status, ...figures } = found?.summary ?? {};
    return {
      run: number,
      name,
      status: statusOf(result),
      reason,
      task,
      input: input.name,
      ...none,
      ...Object.fromEntries(Object.entries(choice).map(([option, value]) => [option, plain(value)])),
      learningRate: found?.learningRate,
      ...Object.fromEntries(Object.entries(figures).map(([figure, value]) => [figure, plain(value)])),
      ...Object.fromEntries(
        Object.entries(found?.options ?? {}).map(([option, value]) => [`option.${option}`, plain(value)]),
      ),
    };
  });
}

/** A value as one cell of a table. */
function plain(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
