import { DeviceLostError, OutOfMemoryError } from "../../lib/gpu/device_errors.ts";
import { UserError } from "../shell/user_error.ts";
import type { MomentPlan } from "./moment.ts";
import { visible } from "../run/report/visible.ts";

/** Why a run, a checkpoint or a moment is left out of a report. */
export interface LeftOut {
  readonly reason: string;
  /** The moment; undefined for what was left out before the moments were planned. */
  readonly plan?: MomentPlan;
}

/** Thrown where a moment cannot be read, so that it is left out while the others are measured. */
export class UnreadableMomentError extends UserError {}

/** How many reasons are given. */
const SHOWN = 3;

/** Errors that do not come from what is read: those end the command. */
const OTHERS = [DeviceLostError, OutOfMemoryError, DOMException, TypeError, ReferenceError];

/** The reason why something cannot be read, which is the error's message; an error of another kind is thrown again. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error) || OTHERS.some((other) => error instanceof other)) throw error;
  return error.message;
}

/** "Left out: a/b, step 4: …; c: …, and 2 more."; undefined where nothing is. */
export function leftOutText(leftOut: readonly LeftOut[]): string | undefined {
  if (leftOut.length === 0) return undefined;
  const shown = leftOut.slice(0, SHOWN).map(({ reason }) =>
    visible(reason).replaceAll(/\s*\n\s*/g, " ").replace(/\.$/, "")
  );
  const more = leftOut.length > SHOWN ? `, and ${leftOut.length - SHOWN} more` : "";
  return `Left out: ${shown.join("; ")}${more}.`;
}
