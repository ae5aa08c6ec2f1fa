import type { Moment, MomentPlan } from "./moment.ts";

/** Loads the moments that are measured. The caller must dispose it. */
export interface MomentSource extends Disposable {
  /** Loads a moment. */
  open(plan: MomentPlan): Promise<Moment>;
}
