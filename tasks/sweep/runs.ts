import { basename } from "../../lib/std/path/mod.ts";
import { shortName } from "../run/settings_name.ts";
import { TASKS } from "../registry.ts";
import { ownFilesNamed } from "../own/own_files.ts";
import { parseOptions } from "../shell/options.ts";
import { UserError } from "../shell/user_error.ts";
import { withBestOptimizer } from "../training/auto_optimizer.ts";
import { checkSettings } from "../training/check_settings.ts";
import { Deadline } from "../training/deadline.ts";
import { networkChoice } from "../training/network_choice.ts";
import type { TaskValues, TrainingTask } from "../training/task.ts";
import type { Command } from "../shell/command.ts";
import { type OptionValue, optionWords, placed, valueText } from "./option_words.ts";
import type { SweepInput, SweepSettings } from "./record.ts";

/** The most runs of a sweep: each is a folder and a line of the table. */
const MOST_RUNS = 100_000;

/** One run of a sweep. */
export interface SweepRun {
  /** Its place among the runs of the sweep, counted from 1. */
  readonly number: number;
  /** The name of its folder. */
  readonly name: string;
  readonly input: SweepInput;
  /** The values of the grid's options, by their names at the command line. */
  readonly choice: Readonly<Record<string, OptionValue>>;
  /** The arguments and options of the task, with all but the run's name. */
  readonly args: readonly string[];
  /** The options that are given again when the run goes on, because its folder does not have them. */
  readonly kept: readonly string[];
}

/** Options of a process that makes a run, and not of the run itself. */
const KEPT = ["deadline"];

/**
 * All runs of a sweep: each input with each combination of the grids' values.
 *
 * @throws {UserError} If there are more than 100 000.
 */
export function runsOf({ task: name, inputs, options, grids }: SweepSettings): SweepRun[] {
  const task = TASKS.get(name)!;
  const sizes = grids.map((grid) => Object.values(grid).reduce((product, { length }) => product * length, 1));
  const count = inputs.length * sizes.reduce((sum, size) => sum + size, 0);
  if (count > MOST_RUNS) throw new UserError(`grid: expected at most ${MOST_RUNS} runs, found ${count}.`);
  const choices = grids.flatMap(combinations);
  const pairs = inputs.flatMap((input) => choices.map((choice) => ({ input, choice })));
  const digits = String(pairs.length).length;
  return pairs.map(({ input, choice }, index) => {
    const parts = [
      String(index + 1).padStart(digits, "0"),
      ...inputs.length > 1 ? [shortName(basename(input.paths[0]))] : [],
      ...Object.entries(choice).map(([option, value]) => choiceName(option, value)),
    ];
    const words = Object.entries({ ...options, ...choice }).flatMap(([option, value]) =>
      optionWords(task, option, value)
    );
    return {
      number: index + 1,
      name: parts.join("-").slice(0, 100),
      input,
      choice,
      args: [...input.paths, ...words],
      kept: words.filter((word) => KEPT.some((option) => word.startsWith(`--${option}=`))),
    };
  });
}

/** A choice as a part of a name: a word as it is, and other values with the option's name in front. */
function choiceName(option: string, value: OptionValue): string {
  const name = ownFilesNamed([value]).at(0)?.name;
  const text = (name ?? valueText(value)).replaceAll(/[^\w.-]+/g, "-");
  return typeof value === "string" ? text : `${option}-${text}`;
}

/** All combinations of a grid's values; those of the last option change fastest. */
function combinations(grid: SweepSettings["grids"][number]): Record<string, OptionValue>[] {
  return Object.entries(grid).reduce<Record<string, OptionValue>[]>(
    (made, [name, values]) => made.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))),
    [{}],
  );
}

/**
 * Checks the options of every run as its task will.
 *
 * @param where The name of the file, for the message.
 * @throws {UserError} If options of a run do not fit together; the message names the first such run.
 */
export function checkRuns(task: TrainingTask, runs: readonly SweepRun[], where: string): void {
  for (const { name, args } of runs) {
    try {
      checkArguments(task, args);
    } catch (error) {
      throw placed(error, `${where}, run ${name}`);
    }
  }
}

function checkArguments(task: TrainingTask, args: readonly string[]): void {
  const { values, given } = parseOptions(args, task.command);
  const typed = values as TaskValues<Command>;
  Deadline.asked(typed.deadline);
  checkSettings(task, withBestOptimizer(task.name, { ...typed, ...networkChoice(typed) }, given));
}
