import type { Field } from "../../lib/field/field.ts";
import type { Optimizer } from "../../lib/optim/optimizer.ts";
import { encodeCheckpoint } from "../../lib/train/checkpoint.ts";
import type { TrainEvent } from "../../lib/train/train.ts";
import { stepCheckpointName } from "../run/checkpoints.ts";
import type { RunFolder } from "../run/run_folder.ts";
import type { RunTotals } from "./earlier_run.ts";

/** What checkpoints are made of, and how often. */
interface CheckpointParts {
  readonly field: Field;
  readonly optimizer: Optimizer;
  /** Seconds of training after which a run without more frequent evaluations writes a checkpoint; 60 by default. */
  readonly secondsBetweenCheckpoints?: number;
}

/** Writes the checkpoints of a run, and knows which one is the last. */
export class CheckpointWriter {
  /** The last checkpoint: its step and file, the training time in this process until then, and how long it took to write. */
  #last: { step: number; path?: string; seconds: number; took: number };

  /** @param parts The field and its optimizer, whose step has a checkpoint already, unless it is 0. */
  constructor(readonly parts: CheckpointParts) {
    this.#last = { step: parts.optimizer.counters.step, seconds: 0, took: 0 };
  }

  /** Whether the last checkpoint is so long ago that an interim one is due. Writing takes at most 1/60 of the training time. */
  isDue({ seconds }: TrainEvent): boolean {
    const { secondsBetweenCheckpoints: asked = Math.max(60, 60 * this.#last.took) } = this.parts;
    return seconds - this.#last.seconds >= asked;
  }

  /**
   * Writes a checkpoint. One between evaluations also has what was spent on training, which otherwise the measurement has.
   *
   * @param spent What was spent on training in all, for an interim checkpoint.
   */
  async write(folder: RunFolder, { step, seconds }: TrainEvent, spent?: RunTotals): Promise<void> {
    const { field, optimizer } = this.parts;
    const begin = performance.now();
    const notes = spent && { seconds: String(spent.seconds), hvps: String(spent.hvps) };
    const bytes = await encodeCheckpoint(field, optimizer, notes);
    const path = await folder.writeCheckpoint(stepCheckpointName(step, spent !== undefined), bytes);
    this.#last = { step, path, seconds, took: (performance.now() - begin) / 1000 };
  }

  /** Whether a step has a checkpoint. */
  async has(step: number): Promise<boolean> {
    return step === this.#last.step && await this.lost() === undefined;
  }

  /** The file of the last checkpoint of this process if somebody has removed it. */
  async lost(): Promise<string | undefined> {
    const { path } = this.#last;
    if (path === undefined) return undefined;
    return await Deno.lstat(path).then(() => undefined, () => path);
  }
}
