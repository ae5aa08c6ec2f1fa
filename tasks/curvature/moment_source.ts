import type { Moment, MomentPlan } from "./moment.ts";

/** The moments that are measured, known before any of them is loaded. The caller must dispose it. */
export interface MomentSource extends Disposable {
  readonly plans: readonly MomentPlan[];
  /** Whether the moments are those of a run, whose checkpoints also have the state of its optimizer. */
  readonly along: boolean;
  /** Loads a moment. */
  open(plan: MomentPlan): Promise<Moment>;
}
