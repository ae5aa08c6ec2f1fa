import project from "../../deno.json" with { type: "json" };
import { join, relative } from "@std/path";
import { type Gpu, openDevice } from "../../lib/gpu/device.ts";
import { KERNEL_CHOICES } from "../../lib/linalg/gemm/family.ts";
import { checkName } from "../run/run_name.ts";
import { callerPath } from "../shell/caller_path.ts";
import { ProgressLine } from "../shell/progress.ts";
import { settled } from "../shell/settled.ts";
import { UserError } from "../shell/user_error.ts";
import type { TrainingTask } from "../training/task.ts";
import { Comparison } from "./comparison.ts";
import { fasterPace, type MeasuredPace, measurePace } from "./pace.ts";
import { checkPairs, pairName, pairsOf, runValues } from "./pairs.ts";
import { planLines } from "./plan.ts";
import { writeReport } from "./report.ts";
import { defaultName, readRequest, type Settings } from "./settings.ts";
import { ComparisonFolder, type ComparisonRecord } from "./store.ts";
import { TASKS } from "./tasks.ts";

/** Times that each pair's pace is measured, in turns. */
const PACE_ROUNDS = 3;

/**
 * Makes a comparison, or goes on with one.
 *
 * @param args The command line.
 * @param signal Stops it after the steps in flight; the run in progress is lost.
 */
export async function runComparison(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values, settings: typed } = await readRequest(args);
  const path = values.resume !== undefined
    ? callerPath(values.resume)
    : join(callerPath("runs"), "compare", checkName("name", values.name ?? await defaultName(typed!)));
  const earlier = await ComparisonFolder.readRecord(path);
  const settings = typed ?? earlier?.settings;
  if (settings === undefined) throw new UserError(`${path}: there is no comparison to resume.`);
  if (earlier !== undefined && !isSame(earlier.settings, settings)) {
    throw new UserError(`${path}: a comparison with other options is there; choose another --name.`);
  }
  const task = TASKS.get(settings.task)!;
  using gpu = await openDevice({ allowSoftware: values.software ? true : undefined, kernels: kernelsOf(settings) });
  if (earlier !== undefined) checkDevice(path, earlier, gpu);
  gpu.tuner.adopt(earlier?.kernels ?? {});
  await using _settled = settled(gpu);
  using progress = new ProgressLine();
  checkPairs({ task, settings, adapter: gpu.adapter });
  const record = earlier ?? await measure(gpu, task, settings, { args, progress, signal });
  progress.finish();
  console.log(planLines(record).join("\n"));
  if (values.dryRun) return;

  const folder = await ComparisonFolder.open(path);
  using _lock = await folder.lock();
  if (earlier === undefined) await folder.writeRecord(record);
  const comparison = new Comparison(gpu, task, record, folder, progress, signal, await folder.results());
  await comparison.run();
  progress.finish();
  const report = await writeReport(task, record, folder);
  if (signal.aborted) {
    console.log(
      `Stopped. To go on: the same command again, or deno task compare --resume ${relative(Deno.cwd(), path)}`,
    );
  } else console.log(report.join("\n"));
}

function isSame(a: Settings, b: Settings): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Times of different devices or versions must not stand in one table. */
function checkDevice(path: string, { adapter, versions }: ComparisonRecord, gpu: Gpu): void {
  const describe = (name: string, { project, deno }: Readonly<Record<string, string>>) =>
    `${name} with Deno ${deno} and version ${project} of this project`;
  const [began, now] = [describe(adapter.name, versions), describe(gpu.adapter.name, currentVersions())];
  if (began === now) return;
  throw new UserError(`${path}: the comparison was begun on ${began}, but this is ${now}; choose another --name.`);
}

function currentVersions() {
  return { project: project.version, ...Deno.version };
}

function kernelsOf({ options: { kernels } }: Settings) {
  return KERNEL_CHOICES.find((choice) => choice === kernels);
}

/** Measures all pairs in turns. */
async function measure(
  gpu: Gpu,
  task: TrainingTask,
  settings: Settings,
  { args, progress, signal }: { args: readonly string[]; progress: ProgressLine; signal: AbortSignal },
): Promise<ComparisonRecord> {
  const measured = new Map<string, MeasuredPace>();
  const pairs = pairsOf(settings);
  const scope = { task, settings, adapter: gpu.adapter };
  // All of them first: a picture that cannot be read shall not be found out after an hour.
  for (const input of settings.inputs) {
    signal.throwIfAborted();
    progress.update(`reading ${input.name}`);
    using _subject = await task.load(runValues(scope, pairs[0], { input, seed: 0 }), gpu);
  }
  for (let round = 0; round < PACE_ROUNDS; round++) {
    for (const [index, pair] of pairs.entries()) {
      const part = `${round * pairs.length + index + 1} of ${PACE_ROUNDS * pairs.length}`;
      progress.update(`measuring the pace: ${pair.activation}, ${pair.optimizer} (${part})`);
      const name = pairName(pair);
      const pace = await measurePace(gpu, scope, pair, signal);
      const before = measured.get(name);
      measured.set(name, before === undefined ? pace : fasterPace(before, pace));
    }
  }
  const [{ quality }] = measured.values();
  return {
    settings,
    command: ["deno task compare", ...args.map(quoted)].join(" "),
    quality,
    adapter: { ...gpu.adapter },
    kernels: gpu.tuner.choices,
    versions: currentVersions(),
    paces: Object.fromEntries([...measured].map(([name, { pace }]) => [name, pace])),
  };
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
