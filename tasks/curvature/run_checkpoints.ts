import { join } from "../../lib/std/path/mod.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import { decodeSafetensors } from "../../lib/codec/tensor/safetensors.ts";
import { createOptimizer } from "../../lib/optim/optimizer.ts";
import { decodeCheckpoint } from "../../lib/train/checkpoint.ts";
import { loadField } from "../../lib/train/saved_field.ts";
import { TASKS } from "../registry.ts";
import type { StepCheckpoint } from "../run/checkpoints.ts";
import { openRunFolder } from "../run/open_run_folder.ts";
import { checkShape, word } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { EarlierRun } from "../training/earlier_run.ts";
import { checkStep, readCheckpoint } from "../training/read_checkpoint.ts";
import { loadInput } from "../training/load_input.ts";
import { chosenOptimizer } from "../training/optimizer.ts";
import { type RunValues, settledValues } from "../training/stored_values.ts";
import type { TrainingTask } from "../training/task.ts";
import type { TrainingInput } from "../training/training_input.ts";
import { reasonOf, UnreadableMomentError } from "./left_out.ts";
import type { Moment, MomentPlan } from "./moment.ts";
import type { MomentSource } from "./moment_source.ts";

/** A checkpoint that is measured. */
interface KnownCheckpoint {
  readonly step: number;
  /** A part of the SHA-256 of its file, in hexadecimal digits. */
  readonly digest: string;
}

/** A run, its seed and its checkpoints. */
interface KnownRun {
  readonly path: string;
  readonly seed: number;
  readonly checkpoints: readonly KnownCheckpoint[];
}

/** A run that was looked at. */
export interface FoundRun extends KnownRun {
  readonly task: string;
  /** Runs that differ in no setting but the seed have the same text. */
  readonly settings: string;
  /** Why checkpoints of it cannot be read, which are left out. */
  readonly leftOut: readonly string[];
}

/** A run that is measured. */
export interface MeasuredRun extends KnownRun {
  /** The name of the curves of this run and of those that differ from it in the seed only. */
  readonly series: string;
}

/** Options that change nothing of a run but its seed, or nothing of what is trained. */
const OF_ONE_RUN = new Set([
  ...["seed", "name", "resume", "software", "adapter", "keepCheckpoints", "snapshotEvery", "evaluateEvery"],
  ...["tensorboard", "dryRun", "deadline", "onDivergence", "onWriteError"],
]);

/**
 * Looks at a run without loading its data. Checkpoints that cannot be read, or are of another optimizer than the run's, are left out.
 *
 * @throws {UserError} If there is no such run, or it has no checkpoint that can be read.
 */
export async function findRun(path: string): Promise<FoundRun> {
  const { run, task } = await readRun(path);
  const checkpoints: KnownCheckpoint[] = [];
  const leftOut: string[] = [];
  for (const checkpoint of (await checkpointsOf(run)).values()) {
    try {
      const bytes = await readCheckpoint(checkpoint.path);
      const { metadata } = decodeSafetensors(bytes, checkpoint.path);
      checkStep(checkpoint, metadata);
      checkOptimizer(checkpoint.path, metadata, run.values.optimizer);
      checkpoints.push({ step: checkpoint.step, digest: await digestOf(bytes) });
    } catch (error) {
      leftOut.push(reasonOf(error));
    }
  }
  if (checkpoints.length === 0) throw new UserError(leftOut[0] ?? `${path}: expected a checkpoint, found none.`);
  const settings = Object.entries(run.values).filter(([name]) => !OF_ONE_RUN.has(name));
  return { task: task.name, path, seed: run.values.seed, settings: JSON.stringify(settings), checkpoints, leftOut };
}

/** Checks that a checkpoint is of the run's optimizer, whose state is measured. */
function checkOptimizer(path: string, { optimizer }: Readonly<Record<string, string>>, expected: string): void {
  if (optimizer === expected) return;
  const found = optimizer === undefined ? "none" : `one of ${JSON.stringify(optimizer).slice(1, -1)}`;
  throw new UserError(`${path}: expected a checkpoint of ${expected}, found ${found}.`);
}

/** What is loaded of a run before its checkpoints. */
interface LoadedRun {
  readonly known: KnownRun;
  readonly task: TrainingTask;
  readonly values: RunValues;
  readonly input: TrainingInput;
  readonly files: ReadonlyMap<number, StepCheckpoint>;
}

/** The fields of runs at each of their checkpoints. */
export class RunCheckpoints implements MomentSource {
  /** The run of the last moment. */
  #loaded?: LoadedRun;

  constructor(readonly gpu: Gpu, readonly runs: readonly MeasuredRun[], readonly signal: AbortSignal) {}

  async open(plan: MomentPlan): Promise<Moment> {
    try {
      return await this.#open(plan);
    } catch (error) {
      throw new UnreadableMomentError(reasonOf(error), { cause: error });
    }
  }

  async #open(plan: MomentPlan): Promise<Moment> {
    const { gpu } = this;
    const run = await this.#load(plan);
    const { task, values, input } = run;
    const { path, bytes } = await readKnown(run, plan.step);
    const description = task.field(values, input.outputs, input.inputs);
    const field = loadField(gpu, bytes, { name: path, description });
    const restoreOptimizer = () => {
      using made = new DisposableStack();
      const optimizer = made.use(
        createOptimizer(gpu, chosenOptimizer(values, task.optimizerDefaults(values)), field.layout),
      );
      decodeCheckpoint(bytes, field, optimizer, path);
      made.move();
      return optimizer;
    };
    return { ...plan, field, input, restoreOptimizer, [Symbol.dispose]: () => field[Symbol.dispose]() };
  }

  /** Loads a run's input, and adopts the kernels that it was trained with; the run of the last moment has them already. */
  async #load({ series, seed }: MomentPlan): Promise<LoadedRun> {
    const { gpu, runs, signal } = this;
    const known = runs.find((run) => run.series === series && run.seed === seed)!;
    if (this.#loaded?.known === known) return this.#loaded;
    this[Symbol.dispose]();
    const { run, task } = await readRun(known.path);
    gpu.tuner.adopt(run.kernels);
    const values = settledValues(task, { ...run.values }, gpu.adapter, run.file);
    using made = new DisposableStack();
    const input = made.use(await loadInput(task, values, gpu, signal));
    input.checkUnchanged(run.config);
    const files = await checkpointsOf(run);
    made.move();
    return this.#loaded = { known, task, values, input, files };
  }

  [Symbol.dispose](): void {
    this.#loaded?.input[Symbol.dispose]();
    this.#loaded = undefined;
  }
}

/** Reads the checkpoint of a step, which must be what it was when the report began. */
async function readKnown({ known, files }: LoadedRun, step: number): Promise<{ path: string; bytes: Uint8Array }> {
  const path = files.get(step)?.path;
  const bytes = path === undefined ? undefined : await readCheckpoint(path);
  const { digest } = known.checkpoints.find((each) => each.step === step)!;
  if (path !== undefined && bytes !== undefined && await digestOf(bytes) === digest) return { path, bytes };
  throw new UserError(
    `${known.path}, step ${step}: expected the checkpoint that was there when the report began, found ${
      path === undefined ? "none" : "another"
    }; give the command with --run again for a report of the checkpoints that there are.`,
  );
}

async function readRun(path: string) {
  const folder = await openRunFolder(path);
  const { task: name } = await folder.readConfig();
  const task = TASKS.get(checkShape(name, word([...TASKS.keys()]), `${join(path, "config.json")}, task`))!;
  return { task, run: await EarlierRun.read(folder, task) };
}

/** One checkpoint for each step; an interim one only where there is no other. */
async function checkpointsOf({ folder }: Pick<EarlierRun<TrainingTask["command"]>, "folder">) {
  return new Map((await folder.stepCheckpoints()).map((each) => [each.step, each]));
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as BufferSource);
  return new Uint8Array(digest).toHex().slice(0, 16);
}
