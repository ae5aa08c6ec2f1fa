import type { Moment, MomentPlan } from "./moment.ts";

/** Loads the moments that are measured. The caller must dispose it. */
export interface MomentSource extends Disposable {
  /**
   * Loads a moment.
   *
   * @throws {UnreadableMomentError} If it cannot be read, so that it is left out.
   */
  open(plan: MomentPlan): Promise<Moment>;
}
