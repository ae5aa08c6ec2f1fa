import { join } from "@std/path";
import type { Picture } from "../../lib/data/picture.ts";
import type { Field } from "../../lib/field/field.ts";
import type { Optimizer } from "../../lib/optim/optimizer.ts";
import type { RunFolder } from "../../lib/output/run_folder.ts";
import { decodeCheckpoint } from "../../lib/train/checkpoint.ts";
import { storedValues } from "../shell/options.ts";
import { UserError } from "../shell/user_error.ts";
import { command, type ImageValues } from "./command.ts";
import type { RunLength } from "./run_length.ts";

/** A run that is resumed. */
export class EarlierRun {
  private constructor(
    readonly folder: RunFolder,
    /** Its options. */
    readonly values: ImageValues,
    /** The kernels that were chosen for it, since its bits depend on them. */
    readonly kernels: Readonly<Record<string, string>>,
    /** How long it was to be. */
    readonly length: RunLength,
    readonly shape: string,
  ) {}

  /**
   * Reads its configuration.
   *
   * @throws {UserError} When it is not that of an image run.
   */
  static async read(folder: RunFolder): Promise<EarlierRun> {
    const { task, options, kernels, steps, scheduleSteps, picture } = await folder.readConfig();
    const where = join(folder.path, "config.json");
    if (task !== "image") throw new UserError(`${where}: a run of the task image expected, ${task ?? "none"} found.`);
    const values = storedValues(options, command, where);
    const count = (name: string, value: unknown) => {
      if (Number.isSafeInteger(value) && Number(value) >= 1) return Number(value);
      throw new UserError(`${where}: ${name}: a whole number from 1 expected, ${value ?? "none"} found.`);
    };
    const length = { steps: count("steps", steps), scheduleSteps: count("scheduleSteps", scheduleSteps) };
    const choices = kernels ?? {};
    if (typeof choices !== "object" || !Object.values(choices).every((choice) => typeof choice === "string")) {
      throw new UserError(`${where}: kernels: a choice for each class of products expected, ${kernels} found.`);
    }
    return new EarlierRun(
      folder,
      values,
      choices as Record<string, string>,
      length,
      shapeOf(picture as Picture | undefined),
    );
  }

  /** Refuses a picture that has other sizes than the one that the run began with. */
  checkPicture(picture: Picture): void {
    const found = shapeOf(picture);
    if (found === this.shape) return;
    throw new UserError(
      `${
        this.values.picture ?? "The picture"
      }: the run began with ${this.shape} (width×height×channels), but it is ${found} now.`,
    );
  }

  /** Puts its latest checkpoint's state back, if it has one. */
  async restore(field: Field, optimizer: Optimizer): Promise<void> {
    const checkpoints = await this.folder.stepCheckpoints();
    const latest = checkpoints.at(-1);
    if (latest === undefined) return;
    try {
      decodeCheckpoint(await Deno.readFile(latest.path), field, optimizer, latest.path);
    } catch (cause) {
      const hint = checkpoints.length > 1 ? " Without this file the run goes on from the checkpoint before it." : "";
      throw new UserError(`${(cause as Error).message}${hint}`, { cause });
    }
  }
}

function shapeOf(picture: Pick<Picture, "width" | "height" | "channels"> | undefined): string {
  const { width, height, channels } = picture ?? {};
  return `${width}×${height}×${channels}`;
}
