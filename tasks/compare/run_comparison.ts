import { join } from "../../lib/std/path/mod.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { checkOrigin, originOn } from "../run/origin.ts";
import { checkSameSettings } from "../run/results_folder.ts";
import { checkCreatable, checkName } from "../run/run_name.ts";
import { commandText } from "../shell/command_text.ts";
import { reopeningDevice } from "../shell/device_losses.ts";
import { runPath, runsFolder } from "../shell/run_path.ts";
import { taskCommand } from "../shell/task_command.ts";
import { ProgressLine } from "../shell/progress.ts";
import { pendingWork } from "../shell/pending_work.ts";
import { UserError } from "../shell/user_error.ts";
import { kernelChoice } from "../training/kernel_choice.ts";
import type { TrainingTask } from "../training/task.ts";
import { compareByEngine, type ComparisonRequest } from "./by_engine.ts";
import type { CompareValues } from "./command.ts";
import { Comparison } from "./comparison.ts";
import { fasterPace, type MeasuredPace, measurePace } from "./pace.ts";
import { pairName, pairsOf } from "./pair.ts";
import { checkPairs, runValues } from "./run_values.ts";
import { planLines } from "./plan.ts";
import { writeReport } from "./report.ts";
import { defaultName, MANNER_NAMES, readRequest } from "./settings.ts";
import type { ComparisonRecord, EngineComparison, Settings } from "./record.ts";
import { ComparisonFolder } from "./store.ts";
import { TASKS } from "../registry.ts";
import { checkSameInputs, inputHashes } from "../training/input_hashes.ts";
import { loadInput } from "../training/load_input.ts";
import { optionSpelling } from "../shell/command.ts";
import { DEVICE_NAMES, deviceChoice } from "../shell/device_options.ts";

/** How often the speed of each pair is measured. */
const PACE_ROUNDS = 3;

/**
 * Runs `deno task compare`: makes a comparison, or continues an interrupted one. If the device is lost, it is opened again, and the run in
 * progress begins anew.
 *
 * @param args The command line.
 * @param signal Stops the comparison after the steps in flight; the run in progress is discarded.
 */
export async function runComparison(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values, given, settings: typed } = await readRequest(args);
  const path = values.resume !== undefined
    ? runPath(values.resume)
    : join(runsFolder(values.out), "compare", checkName("name", values.name ?? await defaultName(typed!)));
  const earlier = await ComparisonFolder.readStored(path);
  const settings = typed ?? earlier?.settings;
  if (settings === undefined) throw new UserError(`${path}: expected a comparison to resume, found none.`);
  checkSameMaker(path, values, given, earlier);
  if (earlier !== undefined) checkSameSettings(path, earlier.settings, settings, "comparison");
  const request = { args, values, given, path, settings };
  if (values.engine !== undefined || hasEngine(earlier)) return await compareByEngine(request, signal);
  await reopeningDevice("the comparison", () => compareHere(request, signal));
}

/** Makes or continues a comparison in this process, on a device of its own. */
async function compareHere({ args, values, path, settings }: ComparisonRequest, signal: AbortSignal): Promise<void> {
  const earlier = await ComparisonFolder.readRecord(path);
  const task = TASKS.get(settings.task)!;
  const paths = settings.inputs.flatMap((input) => input.path ?? []);
  const hashes = await inputHashes(paths, task);
  checkSameInputs(path, earlier?.inputHashes, { paths, hashes });
  using gpu = await openDevice({
    ...deviceChoice(values),
    kernels: kernelChoice(settings.options),
  });
  if (earlier !== undefined) checkOrigin(path, earlier, originOn(gpu.adapter), "comparison");
  // It is noticed at once, and not after minutes of measuring.
  if (earlier === undefined && !values.dryRun) await checkCreatable(path);
  gpu.tuner.adopt(earlier?.kernels ?? {});
  await using _work = pendingWork(gpu);
  using progress = new ProgressLine();
  checkPairs({ task, settings, adapter: gpu.adapter });
  const record = earlier ??
    { ...await measure(gpu, task, settings, { args, progress, signal }), inputHashes: hashes };
  progress.finish();
  console.log(planLines(record).join("\n"));
  if (values.dryRun) return;

  const folder = await ComparisonFolder.open(path);
  using _lock = await folder.lock();
  if (earlier === undefined) await folder.writeRecord(record);
  const done = await folder.results(record);
  const comparison = new Comparison({ gpu, task, record, folder, progress, signal, done });
  await comparison.run().catch((error) => {
    // Loading an input is ended by throwing the signal's reason.
    if (!signal.aborted) throw error;
  });
  progress.finish();
  const runs = await folder.results(record);
  const pathOf = ({ id }: { readonly id: string }) => folder.runPath(id);
  const report = await writeReport(task, record, folder, { runs, pathOf, place: "runs", notes: [] });
  if (signal.aborted) {
    const again = taskCommand("compare", path, ["--resume", path]);
    console.log(`Stopped. To continue, give the same command again, or: ${again}`);
  } else console.log(report.join("\n"));
}

/** Whether an engine makes the runs of a comparison. */
function hasEngine(stored: ComparisonRecord | EngineComparison | undefined): stored is EngineComparison {
  return stored !== undefined && "sweep" in stored;
}

/** Checks that a comparison goes on with or without an engine, as it began. */
function checkSameMaker(
  path: string,
  { resume }: CompareValues,
  given: ReadonlySet<string>,
  earlier: ComparisonRecord | EngineComparison | undefined,
): void {
  if (earlier === undefined) return;
  const names: readonly string[] = hasEngine(earlier)
    ? resume === undefined ? [] : DEVICE_NAMES
    : ["engine", ...MANNER_NAMES];
  const other = names.find((name) => given.has(name));
  if (other === undefined) return;
  const began = hasEngine(earlier) ? "with --engine, and its runs keep their device" : "without --engine";
  throw new UserError(
    `${path}: expected no ${optionSpelling(other)}, because this comparison began ${began}; choose another --name.`,
  );
}

/** Measures the speed of all pairs in turns. */
async function measure(
  gpu: Gpu,
  task: TrainingTask,
  settings: Settings,
  { args, progress, signal }: { args: readonly string[]; progress: ProgressLine; signal: AbortSignal },
): Promise<ComparisonRecord> {
  const measured = new Map<string, MeasuredPace>();
  const pairs = pairsOf(settings);
  const scope = { task, settings, adapter: gpu.adapter };
  // Every input is read first, so that one that cannot be read is noticed at once and not after an hour.
  for (const input of settings.inputs) {
    signal.throwIfAborted();
    progress.update(input.path === undefined ? "reading the default input" : `reading ${input.name}`);
    using _input = await loadInput(task, runValues(scope, pairs[0], { input, seed: 0 }), gpu, signal, progress);
  }
  for (let round = 0; round < PACE_ROUNDS; round++) {
    for (const [index, pair] of pairs.entries()) {
      const part = `${round * pairs.length + index + 1} of ${PACE_ROUNDS * pairs.length}`;
      progress.update(`measuring the speed of ${pair.activation}, ${pair.optimizer} (${part})`);
      const name = pairName(pair);
      const pace = await measurePace(gpu, scope, pair, signal);
      const before = measured.get(name);
      measured.set(name, before === undefined ? pace : fasterPace(before, pace));
    }
  }
  const [{ quality }] = measured.values();
  return {
    settings,
    command: commandText("deno task compare", args),
    quality,
    ...originOn(gpu.adapter),
    kernels: gpu.tuner.choices,
    paces: Object.fromEntries([...measured].map(([name, { pace }]) => [name, pace])),
  };
}
