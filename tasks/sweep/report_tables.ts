import { fixed } from "../shell/fixed.ts";
import type { ReportTable } from "../run/report/model.ts";
import { type FoundRun, qualityOf } from "../run_list/found_run.ts";
import { counted } from "../shell/counted.ts";
import { formatDuration } from "../shell/progress.ts";
import { shownValue } from "../own/own_files.ts";
import { median } from "../shell/statistics.ts";
import type { RunResult } from "./conduct.ts";
import { valueText } from "./option_words.ts";
import type { SweepRecord } from "./record.ts";
import { statusOf } from "./results_table.ts";

/** What stands for the quality of runs that have no figure of it. */
const NO_QUALITY = { label: "quality", digits: 2 };

/** Runs that differ in their seed only. */
export interface Group {
  readonly name: string;
  readonly results: readonly RunResult[];
}

/** The combinations of options that have finished runs, the best first; only these runs. */
export function ranked(groups: readonly Group[]): Group[] {
  const centre = ({ results }: Group) => median(results.map(valueOf));
  return groups.map(({ name, results }) => ({ name, results: results.filter(({ state }) => state === "finished") }))
    .filter(({ results }) => results.length > 0)
    .toSorted((a, b) => centre(b) - centre(a));
}

/**
 * The combinations of options with the quality of their finished runs over seeds, the best first; then those of which all runs diverged.
 *
 * @param groups Runs that are finished or diverged, at least one.
 */
export function groupTable(groups: readonly Group[]): ReportTable {
  const best = ranked(groups);
  const { label, digits } = best.length > 0 && qualityOf(best[0].results[0].found!) || NO_QUALITY;
  const names = best.map(({ name }) => name);
  const row = (name: string, quality: string) => {
    const { results } = groups.find((each) => each.name === name)!;
    const shown = best.find((each) => each.name === name)?.results ?? results;
    const diverged = results.length - shown.length;
    return [
      name,
      `${results.length}`,
      diverged === 0 ? quality : `${quality}, ${diverged} diverged`,
      `${median(shown.map(({ found }) => found!.made))}`,
      median(shown.map(({ found }) => secondsOf(found))).toFixed(1),
    ];
  };
  return {
    columns: ["options", "runs", label, "steps", "training time (s)"],
    numbersFrom: 1,
    rows: [
      ...best.map(({ name, results }) => row(name, spreadText(digits, results.map(valueOf)))),
      ...groups.filter(({ name }) => !names.includes(name)).map(({ name }) => row(name, "diverged")),
    ],
    best: best.length > 0 ? 0 : undefined,
  };
}

/** Every run. */
export function runTable(results: readonly RunResult[]): ReportTable {
  const choices = [...new Set(results.flatMap(({ run }) => Object.keys(run.choice)))];
  const labels = new Set(results.flatMap(({ found }) => (found && qualityOf(found))?.label ?? []));
  const [label] = labels.size === 1 ? labels : [NO_QUALITY.label];
  return {
    columns: ["run", "input", ...choices, "status", label, "steps", "training time (s)"],
    numbersFrom: 3 + choices.length,
    rows: results.map((result) => {
      const { run, found } = result;
      const quality = found && qualityOf(found);
      const { made = 0, steps = 0 } = found ?? {};
      return [
        run.name,
        run.input.name,
        ...choices.map((name) => Object.hasOwn(run.choice, name) ? valueText(shownValue(name, run.choice[name])) : ""),
        statusOf(result),
        quality === undefined ? "" : qualityText(quality, labels.size > 1),
        found === undefined ? "" : made < steps ? `${made} of ${steps}` : `${made}`,
        found === undefined || Number.isNaN(secondsOf(found)) ? "" : secondsOf(found).toFixed(1),
      ];
    }),
  };
}

/** What all runs have in common. */
export function setupTable(
  { task, options, grids }: SweepRecord["settings"],
  results: readonly RunResult[],
): ReportTable {
  const lists = grids.map((grid) =>
    Object.entries(grid).map(([name, values]) =>
      `${name}: ${values.map((value) => valueText(shownValue(name, value))).join(", ")}`
    ).join("; ")
  );
  const adapters = [...new Set(results.flatMap(({ found }) => found?.summary.adapter ?? []))];
  const seconds = results.map(({ found }) => secondsOf(found)).filter(Number.isFinite);
  const total = seconds.reduce((sum, each) => sum + each, 0);
  return {
    columns: ["property", "value"],
    numbersFrom: 2,
    rows: [
      ["task", task],
      ...lists.map((list) => ["grid", list || "none"]),
      [
        "options",
        Object.entries(options).map(([name, value]) => `${name} ${valueText(shownValue(name, value))}`).join(", ") ||
        "none",
      ],
      ["training", `${counted(seconds.length, "run")}, ${formatDuration(total)}`],
      ["adapter", adapters.join(", ") || "not known yet"],
    ],
  };
}

/** The quality of a run; NaN before its end. */
export function valueOf({ found }: RunResult): number {
  return (found && qualityOf(found)?.value) ?? NaN;
}

/** A figure of quality, with its name where others stand in the same column. */
function qualityText({ value, digits, label }: NonNullable<ReturnType<typeof qualityOf>>, named: boolean): string {
  return named ? `${label}: ${fixed(value, digits)}` : fixed(value, digits);
}

function secondsOf(found: FoundRun | undefined): number {
  return typeof found?.summary.seconds === "number" ? found.summary.seconds : NaN;
}

/** "31.20 (30.91 to 31.52)". */
function spreadText(digits: number, values: readonly number[]): string {
  const text = (value: number) => fixed(value, digits);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? text(low) : `${text(median(values))} (${text(low)} to ${text(high)})`;
}
