import type { FieldDescription } from "../../lib/field/description.ts";
import { type BenchSetup, fieldOf } from "../bench/workload.ts";

/** The widths of the fields that are timed. */
export const WIDTHS = [64, 128, 256] as const;

/** The field that is timed at a width, and its optimizer. */
export function setupAt(width: number): BenchSetup {
  return { activation: "gaussian", width, layers: 4, optimizer: "adam" };
}

/** The description of that field. */
export function fieldAt(width: number): FieldDescription {
  return fieldOf(setupAt(width));
}
