import { typedName } from "../own/own_files.ts";
import { checkOptionName, type OptionValue } from "../sweep/option_words.ts";
import type { SweepSettings } from "../sweep/record.ts";
import type { TrainingTask } from "../training/task.ts";
import { sharedOptions } from "./command.ts";
import { finalSeconds } from "./pace.ts";
import { type Pair, pairsOf } from "./pair.ts";
import type { Settings } from "./record.ts";
import { pairOptions } from "./run_values.ts";

/** Which of the final runs one is. */
export interface FinalRunPlace extends Pair {
  /** Index of the input. */
  readonly input: number;
  readonly seed: number;
}

/** All final runs, in the order of the sweep that makes them: on each input seed by seed, so that every pair soon has results. */
export function placesOf(settings: Settings): FinalRunPlace[] {
  const pairs = pairsOf(settings);
  return settings.inputs.flatMap((_, input) =>
    Array.from({ length: settings.seeds }, (_, seed) => pairs.map((pair) => ({ ...pair, input, seed }))).flat()
  );
}

/**
 * The sweep that makes the final runs of a comparison.
 *
 * @throws {UserError} If an option is given that a run of a sweep cannot have.
 */
export function sweepOf(task: TrainingTask, settings: Settings): SweepSettings {
  const { inputs, ownFiles } = settings;
  // Only the sizes of batches depend on the device, and each process finds its own.
  const scope = { task, settings, adapter: { software: false } };
  const pairs = pairsOf(settings).map((pair) => ({ pair, options: typedOptions(task, pairOptions(scope, pair)) }));
  const isShared = (name: string) => pairs.every(({ options }) => Object.hasOwn(options, name));
  const all = Object.entries(Object.assign({}, ...pairs.map(({ options }) => options)) as Record<string, OptionValue>);
  for (const [name] of all) checkOptionName(task, name, "--engine");
  const grids = Array.from(
    { length: settings.seeds },
    (_, seed) =>
      pairs.map(({ pair: { activation, optimizer }, options }) => {
        const own = Object.entries(options).filter(([name]) => !isShared(name));
        return {
          activation: [typedName("activation", activation)],
          optimizer: [typedName("optimizer", optimizer)],
          ...Object.fromEntries(own.map(([name, value]) => [name, [value]])),
          seed: [seed],
        };
      }),
  ).flat();
  return {
    task: task.name,
    inputs: inputs.map(({ name, path }) => ({ name, paths: path === undefined ? [] : [path] })),
    options: { ...Object.fromEntries(all.filter(([name]) => isShared(name))), ...lengthOf(settings) },
    grids,
    ...ownFiles && { ownFiles },
  };
}

/** The options that say how long a final run is; none for the task's default. */
function lengthOf(settings: Settings): Record<string, OptionValue> {
  const seconds = finalSeconds(settings);
  const { epochs } = settings.length;
  if (seconds !== undefined) return { minutes: seconds / 60 };
  return epochs === undefined ? {} : { epochs };
}

/** Options by their names at the command line. */
function typedOptions(task: TrainingTask, options: Readonly<Record<string, unknown>>): Record<string, OptionValue> {
  const known = sharedOptions(task);
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      const typed = name === "objective" ? typedName("objective", `${value}`) : value as OptionValue;
      return [known.get(name)!.name, typed];
    }),
  );
}
