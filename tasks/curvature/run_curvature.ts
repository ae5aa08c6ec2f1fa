import { join } from "../../lib/std/path/mod.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { TASKS } from "../registry.ts";
import { checkOrigin, originOn } from "../run/origin.ts";
import { checkSameSettings } from "../run/results_folder.ts";
import { checkName } from "../run/run_name.ts";
import { commandText } from "../shell/command_text.ts";
import { pendingWork } from "../shell/pending_work.ts";
import { ProgressLine } from "../shell/progress.ts";
import { reopeningDevice } from "../shell/device_losses.ts";
import { runPath, runsFolder } from "../shell/run_path.ts";
import { taskCommand } from "../shell/task_command.ts";
import { UserError } from "../shell/user_error.ts";
import { checkSameInputs, inputHashes } from "../training/input_hashes.ts";
import { kernelChoice } from "../training/kernel_choice.ts";
import { checkExtent } from "./measurements/density.ts";
import { type LeftOut, leftOutText } from "./left_out.ts";
import { measureAll, openUnlessUnreadable } from "./measure.ts";
import type { MomentSource } from "./moment_source.ts";
import { NewFields } from "./new_fields.ts";
import type { Part } from "./part.ts";
import { type MomentParts, plannedParts } from "./plans.ts";
import { type CurvatureRecord, isCurrent, type Settings } from "./record.ts";
import { curvatureReport } from "./report.ts";
import { RunCheckpoints } from "./run_checkpoints.ts";
import { StatusLine } from "./status_line.ts";
import { defaultName, readRequest } from "./settings.ts";
import { CurvatureFolder } from "./store.ts";
import { deviceChoice } from "../shell/device_options.ts";

/**
 * Runs `deno task curvature`: makes a report, or continues an interrupted one. If the device is lost, it is opened again, and the part in
 * progress is measured anew.
 *
 * @param args The command line.
 * @param signal Ends the measurements; what is measured by then is kept and reported.
 */
export async function runCurvature(args: readonly string[], signal: AbortSignal): Promise<void> {
  await reopeningDevice("the report", () => reportOn(args, signal));
}

/** Makes or continues a report on a device of its own. */
async function reportOn(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values, settings: typed, leftOut: found } = await readRequest(args);
  const path = values.resume !== undefined
    ? runPath(values.resume)
    : join(runsFolder(values.out), "curvature", checkName("name", values.name ?? await defaultName(typed!)));
  const earlier = await CurvatureFolder.readRecord(path);
  const settings = typed ?? earlier?.settings;
  if (settings === undefined) throw new UserError(`${path}: expected a report to resume, found none.`);
  if (earlier !== undefined) checkSameSettings(path, earlier.settings, settings, "report");
  const paths = [settings.fields?.input ?? []].flat();
  const hashes = await inputHashes(paths, TASKS.get(settings.task)!);
  checkSameInputs(path, earlier?.inputHashes, { paths, hashes });
  const kernels = kernelChoice(settings.fields?.options ?? {});
  using gpu = await openDevice({ ...deviceChoice(values), kernels });
  if (earlier !== undefined) checkOrigin(path, earlier, originOn(gpu.adapter), "report");
  await using _work = pendingWork(gpu);
  using progress = new ProgressLine();
  using source = sourceOf(gpu, settings, signal);
  if (earlier === undefined) await checkFirst(source, settings);
  const startText = leftOutText(found ?? []);
  if (startText !== undefined) console.error(startText);

  const begun = {
    settings,
    ...hashes.length > 0 && { inputHashes: hashes },
    command: commandText("deno task curvature", args),
    leftOut: found,
    ...originOn(gpu.adapter),
  };
  const record = earlier ?? begun;
  const folder = await CurvatureFolder.open(path);
  using _lock = await folder.lock();
  if (earlier === undefined) await folder.writeRecord(record);
  const parts = (await folder.results(record)).filter(isCurrent);
  const planned = plannedParts(settings);
  const report = { folder, record, planned, parts, leftOut: [...found ?? record.leftOut ?? []] };
  try {
    await measureMissing(source, report, progress, signal);
  } catch (error) {
    if (!signal.aborted) {
      await reportAfterError(report);
      throw error;
    }
  }
  if (signal.aborted) {
    const again = taskCommand("curvature", path, ["--resume", path]);
    console.log(`Stopped. To continue, give the same command again, or: ${again}`);
  } else if (parts.length === 0) {
    // All moments have vanished since the report began, or are damaged.
    throw new UserError(report.leftOut[0].reason);
  }
  for (const line of await writeReport(report)) console.log(line);
}

/** Measures the parts that are missing, and adds them to the report. */
async function measureMissing(
  source: MomentSource,
  { folder, record: { settings }, planned, parts, leftOut }: ReportState,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<void> {
  using status = new StatusLine(progress, planned, settings, parts);
  const onBegin = status.begin.bind(status);
  const onLeftOut = leaveOut.bind(undefined, leftOut);
  const plan = { planned, done: [...parts], extent: settings, signal };
  for await (const part of measureAll(source, { ...plan, onBegin, onLeftOut })) {
    folder.append(part);
    parts.push(part);
  }
}

/** Notes and says that a moment is left out. */
function leaveOut(all: LeftOut[], leftOut: LeftOut): void {
  all.push(leftOut);
  console.error(leftOutText([leftOut]));
}

/** A report that is being made. */
interface ReportState {
  readonly folder: CurvatureFolder;
  readonly record: CurvatureRecord;
  readonly planned: readonly MomentParts[];
  /** Grows. */
  readonly parts: Part[];
  /** Grows. */
  readonly leftOut: LeftOut[];
}

/** Writes the report about what was measured before an error, which is the one that counts if the report cannot be written either. */
async function reportAfterError(state: ReportState): Promise<void> {
  const lines = await writeReport(state).catch(() => []);
  if (lines.length === 0) return;
  console.error(`What was measured before the following error is in ${join(state.folder.path, "report.html")}`);
}

function sourceOf(gpu: Gpu, { task, fields, runs }: Settings, signal: AbortSignal): MomentSource {
  return runs !== undefined
    ? new RunCheckpoints(gpu, runs, signal)
    : new NewFields(gpu, TASKS.get(task)!, fields!, signal);
}

/** Loads the first moment that can be read, so that an input that cannot be read or measured is noticed before a folder is made. */
async function checkFirst(source: MomentSource, settings: Settings): Promise<void> {
  let first: LeftOut | undefined;
  for (const { plan } of plannedParts(settings)) {
    const opened = await openUnlessUnreadable(source, plan);
    if (!("reason" in opened)) {
      using moment = opened;
      return checkExtent(settings, moment);
    }
    first ??= opened;
  }
  throw new UserError(first!.reason);
}

/** Writes the report about finished parts, and returns what is to be printed: nothing if there are none. */
async function writeReport({ folder, record, ...state }: ReportState): Promise<readonly string[]> {
  const { parts, planned, leftOut } = state;
  if (parts.length === 0) return [];
  const { settings, command, adapter } = record;
  const report = await curvatureReport(parts, { ...settings, adapter: adapter.name, command, planned, leftOut });
  for (const [file, content] of Object.entries(report.files)) await folder.write(file, content);
  return [...report.findings, `The report is in ${join(folder.path, "report.html")}`];
}
