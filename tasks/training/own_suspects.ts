import { type Divergence, DivergenceError, isBeforeUpdates } from "../../lib/train/divergence.ts";
import { ownFilesRecord } from "../own/own_files.ts";
import { typedPath } from "../shell/caller_path.ts";
import type { PreparedRun } from "./prepared_run.ts";

/** What a run was made with that may be the user's own. */
type Suspected = Pick<PreparedRun, "optimizer" | "values">;

/** An error of training; that of a run with an optimizer, an activation or an objective of the user's own that diverged names their files. */
export function withOwnSuspects(error: unknown, { optimizer, values }: Suspected): unknown {
  if (!(error instanceof DivergenceError)) return error;
  const { divergence } = error;
  const suspects = ownFilesRecord({
    optimizers: isByActivationOnly(divergence) ? [] : [optimizer.spec.name],
    activations: divergence.quantity === "state" ? [] : [values.activation],
    objectives: divergence.quantity === "state" || values.objective === undefined ? [] : [values.objective],
  }).ownFiles?.map(({ file }) => typedPath(file));
  return suspects === undefined ? error : new DivergenceError({ ...divergence, suspects });
}

/** Whether no optimizer has had a part in it. */
function isByActivationOnly(divergence: Divergence): boolean {
  return divergence.quantity !== "state" && isBeforeUpdates(divergence);
}
