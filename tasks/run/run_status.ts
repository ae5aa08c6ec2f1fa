/** What `summary.json` says of a run. A run whose process was killed stays `running` there; that it is not shows its lock. */
export const RUN_STATUSES = ["running", "finished", "stopped", "diverged", "failed"] as const;

/** What `summary.json` says of a run. */
export type RunStatus = (typeof RUN_STATUSES)[number];

/** Whether a run with this status goes on when it is resumed, or begins again, as if it had not ended. */
export function isOpen(status: string, steps: unknown): boolean {
  return status === "running" || status === "failed" || status === "stopped" && steps === 0;
}
