import type { CheckpointSpread } from "../run/kept_checkpoints.ts";
import type { TrainingValues } from "./options.ts";
import type { RunLength } from "./run_length.ts";

/** Which checkpoints a run keeps along its way; undefined if it keeps the newest ones only. */
export function checkpointSpread(
  { keepCheckpoints: parts }: Pick<TrainingValues, "keepCheckpoints">,
  { steps }: Pick<RunLength, "steps">,
): CheckpointSpread | undefined {
  return parts === undefined ? undefined : { parts, steps };
}
