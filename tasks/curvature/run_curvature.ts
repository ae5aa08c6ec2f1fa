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
import { UserError } from "../shell/user_error.ts";
import { kernelChoice } from "../training/kernel_choice.ts";
import { checkExtent } from "./measurements/density.ts";
import { measureAll } from "./measure.ts";
import type { MomentSource } from "./moment_source.ts";
import { NewFields } from "./new_fields.ts";
import type { Part } from "./part.ts";
import { plannedParts } from "./plans.ts";
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
  const { values, settings: typed } = await readRequest(args);
  const path = values.resume !== undefined
    ? runPath(values.resume)
    : join(runsFolder(), "curvature", checkName("name", values.name ?? await defaultName(typed!)));
  const earlier = await CurvatureFolder.readRecord(path);
  const settings = typed ?? earlier?.settings;
  if (settings === undefined) throw new UserError(`${path}: expected a report to resume, found none.`);
  if (earlier !== undefined) checkSameSettings(path, earlier.settings, settings, "report");
  const kernels = kernelChoice(settings.fields?.options ?? {});
  using gpu = await openDevice({ ...deviceChoice(values), kernels });
  if (earlier !== undefined) checkOrigin(path, earlier, originOn(gpu.adapter), "report");
  await using _work = pendingWork(gpu);
  using progress = new ProgressLine();
  using source = sourceOf(gpu, settings, signal);
  if (earlier === undefined) await checkFirst(source, settings);

  const record = earlier ?? { settings, command: commandText("deno task curvature", args), ...originOn(gpu.adapter) };
  const folder = await CurvatureFolder.open(path);
  using _lock = await folder.lock();
  if (earlier === undefined) await folder.writeRecord(record);
  const parts = (await folder.results(record)).filter(isCurrent);
  const planned = plannedParts(settings);
  const plan = { planned, done: [...parts], extent: settings, signal };
  try {
    using status = new StatusLine(progress, planned, settings, parts);
    const onBegin = status.begin.bind(status);
    for await (const part of measureAll(source, { ...plan, onBegin })) {
      folder.append(part);
      parts.push(part);
    }
  } catch (error) {
    if (!signal.aborted) {
      await reportAfterError(folder, record, parts);
      throw error;
    }
  }
  if (signal.aborted) {
    console.log(`Stopped. To continue, give the same command again, or: deno task curvature --resume ${path}`);
  }
  for (const line of await writeReport(folder, record, parts)) console.log(line);
}

/** Writes the report about what was measured before an error, which is the one that counts if the report cannot be written either. */
async function reportAfterError(
  folder: CurvatureFolder,
  record: CurvatureRecord,
  parts: readonly Part[],
): Promise<void> {
  const lines = await writeReport(folder, record, parts).catch(() => []);
  if (lines.length === 0) return;
  console.error(`What was measured before the following error is in ${join(folder.path, "report.html")}`);
}

function sourceOf(gpu: Gpu, { task, fields, runs }: Settings, signal: AbortSignal): MomentSource {
  return runs !== undefined
    ? new RunCheckpoints(gpu, runs, signal)
    : new NewFields(gpu, TASKS.get(task)!, fields!, signal);
}

/** Loads the first moment, so that an input that cannot be read or measured is noticed before a folder is made. */
async function checkFirst(source: MomentSource, settings: Settings): Promise<void> {
  using moment = await source.open(plannedParts(settings)[0].plan);
  checkExtent(settings, moment);
}

/** Writes the report about finished parts, and returns what is to be printed: nothing if there are none. */
async function writeReport(
  folder: CurvatureFolder,
  record: CurvatureRecord,
  parts: readonly Part[],
): Promise<readonly string[]> {
  if (parts.length === 0) return [];
  const { settings, command, adapter } = record;
  const report = await curvatureReport(parts, { ...settings, adapter: adapter.name, command });
  for (const [file, content] of Object.entries(report.files)) await folder.write(file, content);
  return [...report.findings, `The report is in ${join(folder.path, "report.html")}`];
}
