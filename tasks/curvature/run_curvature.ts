import { join } from "@std/path";
import type { Gpu } from "../../lib/gpu/device.ts";
import { createField } from "../../lib/field/field.ts";
import { openDevice } from "../../lib/linalg/gemm/open_device.ts";
import { writeWhole } from "../run/atomic.ts";
import { checkName } from "../run/run_name.ts";
import { openRunFolder } from "../run/run_folder.ts";
import { TASKS, typedTask } from "../registry.ts";
import { callerPath } from "../shell/caller_path.ts";
import { optionSpelling } from "../shell/command.ts";
import { parseOptions } from "../shell/options.ts";
import { pendingWork } from "../shell/pending_work.ts";
import { ProgressLine } from "../shell/progress.ts";
import { checkShape, word } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { EarlierRun } from "../training/earlier_run.ts";
import { settledValues } from "../training/stored_values.ts";
import type { TrainingTask } from "../training/task.ts";
import { commandFor, type CurvatureValues, sharedOptions } from "./command.ts";
import { measure, type Measurement } from "./measure.ts";
import type { Moment } from "./moment.ts";
import { curvatureReport } from "./report.ts";

/** Hidden layers of the small field whose Hessian is computed explicitly. */
const SMALL_LAYERS = 2;

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
  const moments = values.run === undefined ? atInitialisation(gpu, task, values, given) : alongRun(gpu, values.run);
  const measurements: Measurement[] = [];
  const extent = { batchSizes, samples: values.samples, firstSeed: 0, signal };
  try {
    for await (const moment of moments) {
      const say = (what: string) => progress.update(`${moment.series}, ${momentText(moment)}: ${what}`);
      measurements.push(await measure(moment, { ...extent, say }));
    }
  } catch (error) {
    if (!signal.aborted || measurements.length === 0) throw error;
  }
  progress.finish();
  const report = await curvatureReport(measurements, {
    adapter: gpu.adapter.name,
    task: task.name,
    samples: values.samples,
    args,
  });
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

function momentText({ step, seed }: Moment): string {
  return step > 0 ? `step ${step}` : `seed ${seed}`;
}

/** New fields of each activation and seed. */
async function* atInitialisation(
  gpu: Gpu,
  task: TrainingTask,
  values: CurvatureValues & Record<string, unknown>,
  given: ReadonlySet<string>,
): AsyncGenerator<Moment> {
  const options = Object.fromEntries(
    [...sharedOptions(task).keys()].filter((name) => given.has(name) && name !== "software").map((
      name,
    ) => [name, values[name]]),
  );
  const positional = task.command.positionals?.[0]?.name;
  const path = values.input === undefined ? undefined : callerPath(values.input);
  const activations = values.activations.split(",").map((activation) => activation.trim());
  const settled = activations.map((activation) => {
    const stored = { ...options, activation, ...positional !== undefined && { [positional]: path } };
    return settledValues(task, stored, gpu.adapter, "the command line");
  });
  for (const [i, series] of activations.entries()) {
    for (let seed = 0; seed < values.seeds; seed++) {
      const own = { ...settled[i], seed };
      using input = await task.load(own, gpu);
      using field = createField(gpu, task.field(own, input.outputs), { seed });
      const small = task.field({ ...own, layers: SMALL_LAYERS, width: values.smallWidth } as typeof own, input.outputs);
      yield { series, seed, step: 0, field, input, small };
    }
  }
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

/** The field of a run at each of its checkpoints. */
async function* alongRun(gpu: Gpu, path: string): AsyncGenerator<Moment> {
  const folder = await openRunFolder(callerPath(path));
  const { task: name } = await folder.readConfig();
  const file = join(folder.path, "config.json");
  const task = TASKS.get(checkShape(name, word([...TASKS.keys()]), `${file}, task`))!;
  const run = await EarlierRun.read(folder, task);
  const values = settledValues(task, { ...run.values }, gpu.adapter, file);
  using input = await task.load(values, gpu);
  let found = false;
  for await (const { field, step } of run.loadFields(gpu)) {
    found = true;
    yield { series: folder.path.split("/").at(-1)!, seed: values.seed, step, field, input };
  }
  if (!found) throw new UserError(`${folder.path}: expected a checkpoint, found none.`);
}
