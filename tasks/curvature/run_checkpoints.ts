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
import type { Moment, MomentPlan } from "./moment.ts";
import type { MomentSource } from "./moment_source.ts";

/** A checkpoint that is measured. */
interface KnownCheckpoint {
  readonly step: number;
  /** A part of the SHA-256 of its file, in hexadecimal digits. */
  readonly digest: string;
}

/** A run that is measured: its task, seed and checkpoints. */
interface FoundRun {
  readonly task: string;
  readonly path: string;
  readonly seed: number;
  readonly checkpoints: readonly KnownCheckpoint[];
}

/**
 * Looks at a run without loading its data.
 *
 * @throws {UserError} If there is no such run, it has no checkpoints, or one of them is of another optimizer than the run's.
 */
export async function findRun(path: string): Promise<FoundRun> {
  const { run, task } = await readRun(path);
  const checkpoints: KnownCheckpoint[] = [];
  for (const checkpoint of (await checkpointsOf(run)).values()) {
    const bytes = await readCheckpoint(checkpoint.path);
    const { metadata } = decodeSafetensors(bytes, checkpoint.path);
    checkStep(checkpoint, metadata);
    checkOptimizer(checkpoint.path, metadata, run.values.optimizer);
    checkpoints.push({ step: checkpoint.step, digest: await digestOf(bytes) });
  }
  if (checkpoints.length === 0) throw new UserError(`${path}: expected a checkpoint, found none.`);
  return { task: task.name, path, seed: run.values.seed, checkpoints };
}

/** Checks that a checkpoint is of the run's optimizer, whose state is measured. */
function checkOptimizer(path: string, { optimizer }: Readonly<Record<string, string>>, expected: string): void {
  if (optimizer === expected) return;
  const found = optimizer === undefined ? "none" : `one of ${JSON.stringify(optimizer).slice(1, -1)}`;
  throw new UserError(`${path}: expected a checkpoint of ${expected}, found ${found}.`);
}

/** What is loaded of a run before its checkpoints. */
interface LoadedRun {
  readonly task: TrainingTask;
  readonly values: RunValues;
  readonly input: TrainingInput;
  readonly files: ReadonlyMap<number, StepCheckpoint>;
}

/** The field of a run at each of its checkpoints. */
export class RunCheckpoints implements MomentSource {
  private constructor(readonly gpu: Gpu, readonly found: Omit<FoundRun, "task">, readonly loaded: LoadedRun) {}

  /** Opens a run, adopts the kernels that it was trained with, and loads its input. */
  static async open(gpu: Gpu, found: Omit<FoundRun, "task">, signal: AbortSignal): Promise<RunCheckpoints> {
    const { run, task } = await readRun(found.path);
    gpu.tuner.adopt(run.kernels);
    const values = settledValues(task, { ...run.values }, gpu.adapter, join(found.path, "config.json"));
    const input = await loadInput(task, values, gpu, signal);
    return new RunCheckpoints(gpu, found, { task, values, input, files: await checkpointsOf(run) });
  }

  async open(plan: MomentPlan): Promise<Moment> {
    const { gpu, loaded: { task, values, input } } = this;
    const { path, bytes } = await this.#read(plan.step);
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

  /** Reads the checkpoint of a step, which must be what it was when the report began. */
  async #read(step: number): Promise<{ path: string; bytes: Uint8Array }> {
    const { found, loaded } = this;
    const path = loaded.files.get(step)?.path;
    const bytes = path === undefined ? undefined : await readCheckpoint(path);
    const { digest } = found.checkpoints.find((each) => each.step === step)!;
    if (path !== undefined && bytes !== undefined && await digestOf(bytes) === digest) return { path, bytes };
    throw new UserError(
      `${found.path}, step ${step}: expected the checkpoint that was there when the report began, found ${
        path === undefined ? "none" : "another"
      }; give the command with --run again for a report of the checkpoints that there are.`,
    );
  }

  [Symbol.dispose](): void {
    this.loaded.input[Symbol.dispose]();
  }
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
