/**
 * The names of checkpoints.
 *
 * @module
 */

import { join } from "node:path";

const FILE = /^((step|interim)-(\d+))\.safetensors$/;

/** A checkpoint of a certain step. */
export interface StepCheckpoint {
  /** The checkpoint's name; see {@linkcode stepCheckpointName}. */
  readonly name: string;
  /** The step in the checkpoint's name. */
  readonly step: number;
  /** Whether it was made between evaluations; the next checkpoint replaces it. */
  readonly interim: boolean;
  /** The path of the checkpoint's file. */
  readonly path: string;
}

/**
 * The name of the checkpoint after `step` steps, such as `step-00001200`, or `interim-00001200` if it was made between evaluations. Names of a
 * kind sort like the steps.
 *
 * @param step The step; an integer of at least 0.
 * @throws {RangeError} If the step is not such an integer.
 */
export function stepCheckpointName(step: number, interim = false): string {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new RangeError(`checkpoint: expected a whole number from 0 as the step, found ${step}.`);
  }
  return `${interim ? "interim" : "step"}-${String(step).padStart(8, "0")}`;
}

/** The checkpoints of steps in a folder, sorted by step. The folder need not exist. */
export async function checkpointsIn(folder: string): Promise<StepCheckpoint[]> {
  const found: StepCheckpoint[] = [];
  try {
    for await (const { name: file } of Deno.readDir(folder)) {
      const match = FILE.exec(file);
      if (match === null) continue;
      const [, name, kind, step] = match;
      found.push({ name, step: Number(step), interim: kind === "interim", path: join(folder, file) });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
  }
  return found.sort((a, b) => a.step - b.step || Number(b.interim) - Number(a.interim));
}
