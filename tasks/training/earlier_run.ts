import { join } from "@std/path";
import type { Field } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import type { Optimizer } from "../../lib/optim/optimizer.ts";
import { decodeCheckpoint } from "../../lib/train/checkpoint.ts";
import { loadField } from "../../lib/train/saved_field.ts";
import type { RunFolder, StepCheckpoint } from "../run/run_folder.ts";
import type { Command } from "../shell/command.ts";
import { storedValues } from "../shell/options.ts";
import { anything, checkShape, number, object, optional, record, text, word } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import type { RunLength } from "./run_length.ts";
import type { TaskValues } from "./task.ts";

/** What every run's `config.json` has; the values of the options are checked against the command. */
function configShape(task: string) {
  return object({
    task: word([task]),
    options: record(anything()),
    steps: number({ whole: true, min: 1 }),
    scheduleSteps: number({ whole: true, min: 1 }),
    /** The kernels that were chosen. */
    kernels: optional(record(text())),
  });
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
    /** The whole configuration. */
    readonly config: Readonly<Record<string, unknown>>,
  ) {}

  /**
   * Reads the configuration of a run.
   *
   * @throws {UserError} If it is not the configuration of a run of this task.
   */
  static async read<C extends Command>(
    folder: RunFolder,
    { name: expected, command }: { readonly name: string; readonly command: C },
  ): Promise<EarlierRun<C>> {
    const config = await folder.readConfig();
    const where = join(folder.path, "config.json");
    const { options, steps, scheduleSteps, kernels = {} } = checkShape(config, configShape(expected), where);
    const values = storedValues(options, command, where) as TaskValues<C>;
    const length = { steps, scheduleSteps };
    return new EarlierRun(folder, values, kernels, length, config);
  }

  /** Restores the state of the latest checkpoint, if there is one. */
  async restore(field: Field, optimizer: Optimizer): Promise<void> {
    await this.#latest(({ path }, bytes) => decodeCheckpoint(bytes, field, optimizer, path));
  }

  /**
   * Loads the field of the latest checkpoint, without the optimizer.
   *
   * @returns The field, which the caller disposes of, and the step at which it was saved.
   * @throws {UserError} When there is no checkpoint, or it cannot be read.
   */
  async loadField(gpu: Gpu): Promise<{ field: Field; step: number }> {
    const loaded = await this.#latest(({ path: name, step }, bytes) => ({
      field: loadField(gpu, bytes, { name }),
      step,
    }));
    if (loaded === undefined) throw new UserError(`${this.folder.path}: expected a checkpoint, found none.`);
    return loaded;
  }

  /** Reads the latest checkpoint, if there is one. */
  async #latest<T>(read: (checkpoint: StepCheckpoint, bytes: Uint8Array) => T): Promise<T | undefined> {
    const checkpoints = await this.folder.stepCheckpoints();
    const latest = checkpoints.at(-1);
    if (latest === undefined) return undefined;
    try {
      return read(latest, await Deno.readFile(latest.path));
    } catch (cause) {
      const hint = checkpoints.length > 1 ? " Without this file the run goes on from the checkpoint before it." : "";
      throw new UserError(`${(cause as Error).message}${hint}`, { cause });
    }
  }
}
