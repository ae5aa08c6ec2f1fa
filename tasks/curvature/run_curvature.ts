import { join } from "@std/path";
import type { Gpu } from "../../lib/gpu/device.ts";
import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { writeWhole } from "../run/atomic.ts";
import { checkName } from "../run/run_name.ts";
import { TASKS, typedTask } from "../registry.ts";
import { callerPath } from "../shell/caller_path.ts";
import { optionSpelling } from "../shell/command.ts";
import { parseOptions } from "../shell/options.ts";
import { pendingWork } from "../shell/pending_work.ts";
import { ProgressLine } from "../shell/progress.ts";
import { UserError } from "../shell/user_error.ts";
import type { TrainingTask } from "../training/task.ts";
import { commandFor, type CurvatureValues, sharedOptions } from "./command.ts";
import { measureAll } from "./measure.ts";
import { NewFields } from "./new_fields.ts";
import type { Part } from "./part.ts";
import { curvatureReport } from "./report.ts";
import { RunCheckpoints } from "./run_checkpoints.ts";

/**
 * Runs `deno task curvature`.
 *
 * @param args The command line.
 * @param signal Ends the measurements; what is measured by then is reported.
 */
export async function runCurvature(args: readonly string[], signal: AbortSignal): Promise<void> {
  const task = typedTask(args);
  const parsed = parseOptions(args, commandFor(task, [...TASKS.keys()]));
  const values = parsed.values as unknown as CurvatureValues & Record<string, unknown>;
  const given = parsed.given as ReadonlySet<string>;
  if (values.run !== undefined) checkRunOptions(given);
  const batchSizes = sizesIn(values.batchSizes);
  const name = checkName("name", values.name ?? new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, "-"));
  const folder = join(callerPath("runs"), "curvature", name);
  if (await Deno.stat(folder).catch(() => undefined) !== undefined) {
    throw new UserError(`${folder}: expected a name that is not yet taken, found a folder; choose another --name.`);
  }
  using gpu = await openDevice({ allowSoftware: values.software ? true : undefined });
  await using _work = pendingWork(gpu);
  using progress = new ProgressLine();
  using source = values.run === undefined
    ? newFields(gpu, task, values, given)
    : await RunCheckpoints.open(gpu, callerPath(values.run));
  const parts: Part[] = [];
  const extent = { batchSizes, samples: values.samples };
  try {
    const say = (what: string) => progress.update(what);
    for await (const part of measureAll(source, { extent, signal, say })) parts.push(part);
  } catch (error) {
    if (!signal.aborted || parts.length === 0) throw error;
  }
  progress.finish();
  const command = ["deno task curvature", ...args].join(" ");
  const report = await curvatureReport(parts, { ...extent, adapter: gpu.adapter.name, task: task.name, command });
  await Deno.mkdir(folder, { recursive: true });
  for (const [file, content] of Object.entries(report.files)) await writeWhole(join(folder, file), content);
  for (const finding of report.findings) console.log(finding);
  console.log(`The report is in ${join(folder, "report.html")}`);
}

function sizesIn(text: string): number[] {
  return text.split(",").map((word) => {
    const size = Number(word);
    if (/^\s*\d+\s*$/.test(word) && size >= 1 && size <= 2 ** 20) return size;
    throw new UserError(
      `--batch-sizes: expected whole numbers from 1 to 1048576, separated by commas, found "${word}".`,
    );
  });
}

/** The fields that the command line describes. */
function newFields(
  gpu: Gpu,
  task: TrainingTask,
  values: CurvatureValues & Record<string, unknown>,
  given: ReadonlySet<string>,
): NewFields {
  const options = Object.fromEntries(
    [...sharedOptions(task).keys()].filter((name) => given.has(name) && name !== "software").map((
      name,
    ) => [name, values[name]]),
  );
  const { seeds, smallWidth } = values;
  const input = values.input === undefined ? undefined : callerPath(values.input);
  const activations = values.activations.split(",").map((activation) => activation.trim());
  return new NewFields(gpu, task, { activations, seeds, smallWidth, input, options });
}

/** Checks that nothing is given together with --run that the run decides. */
function checkRunOptions(given: ReadonlySet<string>): void {
  const allowed = ["run", "batchSizes", "samples", "name", "software"];
  const other = [...given].find((name) => !allowed.includes(name));
  if (other !== undefined) {
    throw new UserError(
      `--run takes the field and its data from the run, so ${optionSpelling(other)} cannot be given with it.`,
    );
  }
}
