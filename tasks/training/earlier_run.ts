import { join } from "@std/path";
import type { Field } from "../../lib/field/field.ts";
import type { Gpu } from "../../lib/gpu/device.ts";
import type { Optimizer } from "../../lib/optim/optimizer.ts";
import { decodeCheckpoint } from "../../lib/train/checkpoint.ts";
import { loadField } from "../../lib/train/saved_field.ts";
import type { RunFolder, StepCheckpoint } from "../run/run_folder.ts";
import type { Command } from "../shell/command.ts";
import { storedValues } from "../shell/options.ts";
import { UserError } from "../shell/user_error.ts";
import type { RunLength } from "./run_length.ts";
import type { TaskValues } from "./task.ts";

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
    const { task, options, kernels, steps, scheduleSteps } = config;
    const where = join(folder.path, "config.json");
    if (task !== expected) {
      throw new UserError(`${where}: expected a run of the task ${expected}, found ${task ?? "none"}.`);
    }
    const values = storedValues(options, command, where) as TaskValues<C>;
    const count = (name: string, value: unknown) => {
      if (Number.isSafeInteger(value) && Number(value) >= 1) return Number(value);
      throw new UserError(`${where}: ${name}: expected a whole number from 1, found ${value ?? "none"}.`);
    };
    const length = { steps: count("steps", steps), scheduleSteps: count("scheduleSteps", scheduleSteps) };
    const choices = kernels ?? {};
    if (typeof choices !== "object" || !Object.values(choices).every((choice) => typeof choice === "string")) {
      throw new UserError(`${where}: kernels: expected a choice for each class of products, found ${kernels}.`);
    }
    return new EarlierRun(folder, values, choices as Record<string, string>, length, config);
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

  /** The run's field at each of its checkpoints, from the earliest on. Each is freed when the next one is asked for. */
  async *loadFields(gpu: Gpu): AsyncGenerator<{ field: Field; step: number }> {
    for (const { path, step } of await this.folder.stepCheckpoints()) {
      using field = loadField(gpu, await Deno.readFile(path), { name: path });
      yield { field, step };
    }
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
