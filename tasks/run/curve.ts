import { RunFolder } from "./run_folder.ts";
import { shown } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";

/** The quality of a run's field at one point of its training. */
export interface CurvePoint {
  readonly step: number;
  readonly epoch: number;
  /** Training time so far. */
  readonly seconds: number;
  readonly value: number;
}

/** The horizontal axis of a curve. */
export type CurveAxis = "step" | "epoch" | "seconds";

/**
 * Reads the curve of a final run from its folder. Measurements of NaN and −∞ are left out; +∞ is that of a perfect fit.
 *
 * @throws {UserError} If its measurements do not have the figure.
 */
export async function readCurve(path: string, figure: string): Promise<CurvePoint[]> {
  const records = await new RunFolder(path).readMetrics();
  if (!records.every((record) => Object.hasOwn(record, figure))) {
    throw new UserError(
      `${path}: expected the figure ${shown(figure)} in every line of metrics.jsonl, found one without.`,
    );
  }
  return records.map((record) => ({
    step: Number(record.step),
    epoch: Number(record.epoch),
    seconds: Number(record.seconds),
    value: Number(record[figure]),
  })).filter(({ value }) => value > -Infinity);
}

/**
 * The quality at a place on the axis, linearly interpolated between measurements. Before the first and after the last measurement it is
 * theirs; NaN for an empty curve.
 */
export function valueAt(curve: readonly CurvePoint[], axis: CurveAxis, place: number): number {
  const after = curve.findIndex((point) => point[axis] >= place);
  if (after < 0) return curve.at(-1)?.value ?? NaN;
  if (after === 0) return curve[0].value;
  const [a, b] = [curve[after - 1], curve[after]];
  // Nothing lies between a number and a perfect fit, which holds from its measurement on.
  if (b.value === Infinity) return b[axis] > place ? a.value : b.value;
  return a.value + (b.value - a.value) * (place - a[axis]) / (b[axis] - a[axis]);
}

/** The place where a quality is first reached, linearly interpolated between measurements; Infinity if it is not reached. */
export function placeOf(curve: readonly CurvePoint[], axis: CurveAxis, target: number): number {
  const at = curve.findIndex(({ value }) => value >= target);
  if (at < 0) return Infinity;
  if (at === 0) return curve[0][axis];
  const [a, b] = [curve[at - 1], curve[at]];
  if (b.value === Infinity) return b[axis];
  return a[axis] + (b[axis] - a[axis]) * (target - a.value) / (b.value - a.value);
}
