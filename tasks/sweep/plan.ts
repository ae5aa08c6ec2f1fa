import { commandText } from "../shell/command_text.ts";
import { counted } from "../shell/counted.ts";
import { valueText } from "./option_words.ts";
import type { SweepManner, SweepRecord } from "./record.ts";
import type { SweepRun } from "./runs.ts";

/** The most values of an option that are all shown. */
const MOST_VALUES = 10;

/** What a sweep is going to do, in lines for a terminal. */
export function planLines({ settings, how }: SweepRecord, runs: readonly SweepRun[], path: string): string[] {
  const { task, inputs, grids } = settings;
  const texts = grids.map((grid) => {
    const lists = Object.entries(grid).map(([name, values]) => `${name} (${listText(values.map(valueText))})`);
    return lists.join(" × ") || "no grid";
  });
  return [
    `${counted(runs.length, "run")} of deno task ${task}: ${counted(inputs.length, "input")} × ${texts.join(" and ")}`,
    mannerLine(how, path),
  ];
}

/** What makes runs, how many at a time, and where. */
export function mannerLine({ engine, jobs }: SweepManner, path: string): string {
  return `Made by ${engine === "local" ? "this machine" : "Slurm"}, ${
    jobs === undefined ? "as many at a time as Slurm grants" : `${jobs} at a time`
  }; in ${path}`;
}

/** The values of an option; of a long list the first ones, the last one and their number. */
function listText(texts: readonly string[]): string {
  if (texts.length <= MOST_VALUES) return texts.join(", ");
  return `${texts.slice(0, 3).join(", ")}, …, ${texts.at(-1)}; ${texts.length} values`;
}

/** The command line of every run. */
export function runLines({ settings: { task } }: SweepRecord, runs: readonly SweepRun[]): string[] {
  return runs.map(({ name, args }) => commandText(`deno task ${task}`, [...args, "--name", name]));
}
