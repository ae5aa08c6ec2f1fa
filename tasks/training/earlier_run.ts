import { join } from "../../lib/std/path/mod.ts";
import type { Field } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import type { Optimizer } from "../../lib/optim/optimizer.ts";
import { decodeSafetensors } from "../../lib/codec/tensor/safetensors.ts";
import type { FieldDescription } from "../../lib/field/description.ts";
import { OPERANDS } from "../../lib/gpu/kernel_tuner.ts";
import { DeviceLostError, OutOfMemoryError } from "../../lib/gpu/device_errors.ts";
import { decodeCheckpoint } from "../../lib/train/checkpoint.ts";
import { CheckpointMismatchError } from "../../lib/train/checkpoint_mismatch.ts";
import { loadField } from "../../lib/train/saved_field.ts";
import type { StepCheckpoint } from "../run/checkpoints.ts";
import type { RunFolder } from "../run/run_folder.ts";
import type { Command } from "../shell/command.ts";
import { type FileOptions, withFileOptions } from "../shell/option_error.ts";
import { storedValues } from "../shell/options.ts";
import { checkShape, object, word } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { warn } from "../shell/warn.ts";
import { checkpointSpread } from "./checkpoint_spread.ts";
import { checkConfig } from "./config_shape.ts";
import { checkOptionNames } from "./option_names.ts";
import { checkStep, readCheckpoint } from "./read_checkpoint.ts";
import { contradictions, otherDefaults, type RecordedTask, scheduleContradiction } from "./other_defaults.ts";
import type { RunLength } from "./run_length.ts";
import type { Rollback } from "./rollback.ts";
import type { TaskValues } from "./task.ts";
import { counted } from "../shell/counted.ts";

/** What a run has spent on training up to a step. */
export interface RunTotals {
  readonly seconds: number;
  /** The number of Hessian-vector products. */
  readonly hvps: number;
}

/** A run that is resumed. */
export class EarlierRun<C extends Command> {
  private constructor(
    readonly folder: RunFolder,
    /** The options of the run. */
    readonly values: TaskValues<C>,
    /** The kernels that were chosen for the run. They must be used again, because the results depend on them bit for bit. */
    readonly kernels: Readonly<Record<string, string>>,
    /** The length that the run was to have. */
    readonly length: RunLength,
    /** When the run went back to an earlier checkpoint. */
    readonly rollbacks: readonly Rollback[],
    /** The whole configuration. */
    readonly config: Readonly<Record<string, unknown>>,
    /** Where the options stand. */
    readonly file: FileOptions,
  ) {}

  /**
   * Reads the configuration of a run.
   *
   * @throws {UserError} If it is not the configuration of a run of this task.
   */
  static async read<C extends Command>(
    folder: RunFolder,
    task: RecordedTask<C>,
  ): Promise<EarlierRun<C>> {
    const config = await folder.readConfig();
    const where = join(folder.path, "config.json");
    const file = { file: where, key: "options" };
    checkShape(config, object({ task: word([task.name]) }), where);
    const { options, steps, scheduleSteps, restarts, kernels, rollbacks = [] } = checkConfig(
      config,
      where,
      task.dataShapes,
    );
    checkOptionNames(options, where, task);
    const valuesOf = (options: Record<string, unknown>) => storedValues(options, task.command, file) as TaskValues<C>;
    const own = valuesOf(options);
    const values = valuesOf({ ...named(file, () => otherDefaults(config, own, task)), ...options });
    const length = { steps, scheduleSteps, ...restarts && { restarts } };
    const unlike = named(file, () => [...contradictions(config, own), ...scheduleContradiction(config, own, length)]);
    for (const text of unlike) warn(`${where}: ${text}`);
    return new EarlierRun(folder, values, kernels, length, rollbacks, config, file);
  }

  /**
   * Restores the state of the latest checkpoint that is not damaged, if there are any. Damaged ones are set aside, and a line says so.
   *
   * @returns The training time and the products up to there, if the checkpoint has them: an interim one does.
   * @throws {UserError} If no checkpoint can be read, or there is none although the run had some.
   * @throws {CheckpointMismatchError} If its checkpoints have another field or optimizer.
   */
  async restore(field: Field, optimizer: Optimizer): Promise<RunTotals | undefined> {
    const latest = await this.#latest((checkpoint, bytes) => {
      const metadata = decodeCheckpoint(bytes, field, optimizer, checkpoint.path);
      // If it is of another step, an older checkpoint takes its place, or the run ends.
      checkStep(checkpoint, metadata);
      return metadata;
    });
    if (latest === undefined) return await this.#checkNothingLost();
    if (latest.checkpoint.step > 0) this.#checkKernelsKept();
    for (const damaged of latest.damaged) await this.folder.setAside(damaged);
    this.folder.spread = checkpointSpread(this.values, this.length);
    // The process that wrote it may have ended before this.
    await this.folder.removeReplaced(latest.checkpoint.name);
    const { seconds, hvps } = latest.value;
    const [totalSeconds, totalHvps] = [Number(seconds), Number(hvps)];
    return totalSeconds >= 0 && totalHvps >= 0 ? { seconds: totalSeconds, hvps: totalHvps } : undefined;
  }

  /**
   * Loads the field of the latest checkpoint that is not damaged, without the optimizer.
   *
   * @param description The field that the run's options describe.
   * @returns The field, which the caller disposes of, and the step at which it was saved.
   * @throws {UserError} If there is no checkpoint, or none can be read.
   * @throws {CheckpointMismatchError} If its checkpoints have another field.
   */
  async loadField(gpu: Gpu, description: FieldDescription): Promise<{ field: Field; step: number }> {
    const latest = await this.#latest((checkpoint, bytes) => {
      checkStep(checkpoint, decodeSafetensors(bytes, checkpoint.path).metadata);
      return loadField(gpu, bytes, { description, name: checkpoint.path });
    });
    if (latest === undefined) throw new UserError(`${this.folder.path}: expected a checkpoint, found none.`);
    return { field: latest.value, step: latest.checkpoint.step };
  }

  /** Checks that the choices of kernels of a run that has made steps are there, because others would lead to other bits. */
  #checkKernelsKept(): void {
    if (this.kernels[OPERANDS] !== undefined) return;
    throw new UserError(
      `${
        join(this.folder.path, "config.json")
      }, kernels: expected the choices with which the run was made, found none of ${OPERANDS}.`,
    );
  }

  /**
   * Checks that a run without checkpoints has never had any, because its measurements and results would be replaced by those of a run from
   * its beginning. A measurement comes before its checkpoint, so that there may be one without; one above the loss's limit has none.
   */
  async #checkNothingLost(): Promise<undefined> {
    const { folder } = this;
    const records = await folder.readMetrics();
    const measured = records.filter(({ step, stopped, aboveLimit }) => {
      return step > 0 && stopped !== true && aboveLimit !== true;
    });
    const ending = await folder.ending();
    // One that diverged, or was about to, before its first checkpoint may begin again.
    const isFree = ending === undefined || ending === "diverged" || records.at(-1)?.aboveLimit === true;
    if (measured.length < 2 && isFree) return;
    const made = measured.length > 0 ? `has made ${counted(measured.at(-1)!.step, "step")}` : "has ended";
    throw new UserError(
      `${
        join(folder.path, "checkpoints")
      }: expected a checkpoint, found none, although the run ${made}: it cannot be continued. ` +
        "Put its checkpoints back, or begin a new run.",
    );
  }

  /** Reads the latest checkpoint that is not damaged, if there are any, and says which are. */
  async #latest<T>(
    read: (checkpoint: StepCheckpoint, bytes: Uint8Array) => T,
  ): Promise<{ value: T; checkpoint: StepCheckpoint; damaged: StepCheckpoint[] } | undefined> {
    const damaged: StepCheckpoint[] = [];
    const reasons: string[] = [];
    for (const checkpoint of (await this.folder.stepCheckpoints()).toReversed()) {
      const { path, step } = checkpoint;
      try {
        const value = read(checkpoint, await readCheckpoint(path));
        for (const reason of reasons) console.error(`${reason} The checkpoint of step ${step} is used instead.`);
        return { value, checkpoint, damaged };
      } catch (error) {
        if (!isDamage(error)) throw error;
        damaged.push(checkpoint);
        reasons.push((error as Error).message);
      }
    }
    if (reasons.length === 0) return undefined;
    const others = reasons.length === 1
      ? "There is no other checkpoint"
      : "The other checkpoints cannot be read either";
    throw new UserError(`${reasons[0]} ${others}.`);
  }
}

/** Does something with the settings of a file, and names the file where they do not fit together. */
function named<T>(from: FileOptions, work: () => T): T {
  try {
    return withFileOptions(from, work);
  } catch (error) {
    if (!(error instanceof UserError) || error.message.startsWith(from.file)) throw error;
    throw new UserError(`${from.file}: ${error.message}`, { cause: error });
  }
}

/** Whether an error says that a checkpoint's content is damaged, and not that it is of another run or cannot be read now. */
function isDamage(error: unknown): boolean {
  const others = [UserError, CheckpointMismatchError, DeviceLostError, OutOfMemoryError];
  return !others.some((other) => error instanceof other);
}
