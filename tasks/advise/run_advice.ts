import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { typedName } from "../own/own_files.ts";
import { TASKS, typedTask } from "../registry.ts";
import { callerPath } from "../shell/caller_path.ts";
import { optionSpelling } from "../shell/command.ts";
import { deviceChoice } from "../shell/device_options.ts";
import { commandText } from "../shell/command_text.ts";
import { reopeningDevice } from "../shell/device_losses.ts";
import { parseOptions } from "../shell/options.ts";
import { UserError } from "../shell/user_error.ts";
import { pendingWork } from "../shell/pending_work.ts";
import { ProgressLine } from "../shell/progress.ts";
import { candidatesFor } from "../training/advice/candidates.ts";
import { doubts } from "../training/advice/certainty.ts";
import { weigh, type Weighing } from "../training/advice/weigh.ts";
import { loadInput } from "../training/load_input.ts";
import { networkName } from "../training/network_choice.ts";
import { type RunValues, settledValues } from "../training/stored_values.ts";
import type { TrainingTask } from "../training/task.ts";
import { type Advice, adviceText, commandOf } from "./advice_text.ts";
import { type AdviseValues, commandFor, sharedOptions } from "./command.ts";
import { curvatureNumbers } from "./numbers.ts";

/** The time to measure for: so many steps of Adam, or these seconds if that is longer. */
const [ADAM_STEPS, LEAST_SECONDS] = [300, 20];

/**
 * Runs `deno task advise`.
 *
 * @param args The command line.
 * @param signal Ends it without advice.
 */
export async function runAdvice(args: readonly string[], signal: AbortSignal): Promise<void> {
  await reopeningDevice("the measurement", () => adviseOn(args, signal));
}

async function adviseOn(args: readonly string[], signal: AbortSignal): Promise<void> {
  const task = typedTask(args);
  if (args.some((word) => /^--optimizers?(=|$)/.test(word))) {
    throw new UserError(
      "--optimizer: deno task advise chooses among the optimizers that we have compared and takes none; deno task compare measures your own.",
    );
  }
  const parsed = parseOptions(args, commandFor(task, [...TASKS.keys()]));
  const asked = parsed.values as unknown as AdviseValues & Record<string, unknown>;
  const { minutes, epochs } = asked;
  if (minutes !== undefined && epochs !== undefined) {
    throw new UserError(
      "--epochs and --minutes: expected one of them, which says how long the run is to be, found both.",
    );
  }
  const { options, path, shared, words } = optionsForRun(task, asked, parsed.given);
  using gpu = await openDevice(deviceChoice(asked));
  await using _work = pendingWork(gpu);
  const valuesOf = (chosen: object): RunValues => {
    return settledValues(task, { ...options, ...chosen }, gpu.adapter, { file: "the command line" });
  };
  const base = valuesOf({});
  using input = await loadInput(task, base, gpu, signal);
  using progress = new ProgressLine();
  const ground = { gpu, task, input, signal };
  const candidates = candidatesFor(task.name, base);
  const limits = minutes === undefined ? { epochs: epochs ?? task.defaultEpochs(base) } : { minutes };
  const weighing = await weigh(ground, candidates, {
    valuesOf: ({ optimizer, learningRate, schedule }) => valuesOf({ optimizer, learningRate, schedule }),
    limits,
    say: (what) => progress.update(what),
  });
  progress.update("measuring curvature");
  const numbers = await curvatureNumbers(ground, base, secondsLeft(asked.seconds, weighing));
  progress.finish();
  const command = commandText(`deno task ${task.name}`, words);
  const own = shared.filter((name) => name !== "activation" && name !== "encoding" && name !== "seed");
  const compared = own.flatMap((name) => spelled(name, asked[name]));
  const changed = shared.filter((name) => !NO_MATTER.has(name)).map(optionSpelling);
  const compare = commandText("deno task compare", compareWords(task.name, base, { path, given: compared, weighing }));
  const why = doubts(candidates, weighing, base, changed);
  const advice = { weighing, minutes, doubts: why, numbers, quality: input.quality, command, compare };
  console.log(asked.json ? JSON.stringify(adviceJson(advice), null, 2) : adviceText(advice));
}

/** The time that is left for measuring after candidates were timed. */
function secondsLeft(given: number | undefined, { weighed, secondsOfTiming }: Weighing): number {
  const adam = weighed.find(({ optimizer }) => optimizer.name === "adam") ?? weighed[0];
  const seconds = given ?? Math.max(LEAST_SECONDS, ADAM_STEPS * adam.stepSeconds);
  return seconds - secondsOfTiming;
}

/** The given options that a run of the task takes too, by name and as they are typed. */
function optionsForRun(task: TrainingTask, asked: Record<string, unknown>, given: ReadonlySet<unknown>) {
  const positional = task.command.positionals?.[0]?.name;
  const path = asked.input === undefined ? undefined : callerPath(String(asked.input));
  const shared = [...sharedOptions(task).keys()].filter((name) => given.has(name) && name !== "software");
  const options = {
    ...Object.fromEntries(shared.map((name) => [name, asked[name]])),
    ...positional !== undefined && { [positional]: path },
  };
  const words = shared.flatMap((name) => spelled(name, asked[name]));
  return { options, path, shared, words: path === undefined ? words : [path, ...words] };
}

/** Options that do not change what a field can learn, or that are compared by themselves. */
const NO_MATTER = new Set([
  "activation",
  "encoding",
  "layers",
  "width",
  "batchSize",
  "seed",
  "kernels",
  "storage",
  "adapter",
]);

/** The arguments of `deno task compare` that decide between the candidates, for the same field, data and batch. */
function compareWords(
  task: string,
  base: RunValues,
  { path, given, weighing }: { readonly path?: string; readonly given: readonly string[]; readonly weighing: Weighing },
): string[] {
  const names = weighing.weighed.map(({ optimizer }) => optimizer.name);
  const input = path === undefined ? [] : ["--input", path];
  return [
    "--task",
    task,
    ...input,
    "--activations",
    typedName("activation", networkName(base)),
    "--optimizers",
    names.join(","),
    ...given,
  ];
}

/** An option as it is typed. */
function spelled(name: string, value: unknown): string[] {
  const option = optionSpelling(name);
  if (name === "activation" || name === "objective") return [option, typedName(name, `${value}`)];
  if (value === true) return [option];
  return value === false ? [option.replace("--", "--no-")] : [option, `${value}`];
}

/** The advice for programs. */
function adviceJson(advice: Advice) {
  const { weighing: { seconds, weighed, leads }, doubts, numbers, compare } = advice;
  const optimizers = weighed.map(({ optimizer: { name, ...spec }, reached: _, ...costs }) => ({
    optimizer: name,
    ...spec,
    ...costs,
  }));
  return { command: commandOf(advice), compare, seconds, optimizers, leads, doubts, numbers };
}
