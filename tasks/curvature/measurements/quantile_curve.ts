import { quantileOf } from "../../../lib/curvature/quantile.ts";
import { list, number, object, type Shaped } from "../../shell/shape.ts";

const any = number({ nonFinite: true });

/** The shape of a curve as it is stored. */
export const curveShape = object({ x: list(any), low: list(any), median: list(any), high: list(any) });

/** How log₁₀ y depends on log₁₀ x: in bins of x, the median of x, and the quantiles 1/6, 1/2 and 5/6 of y. */
export type QuantileCurve = Shaped<typeof curveShape>;

/** The most bins, and the fewest pairs of a bin: with fewer, the curve would mostly show their noise. */
const BINS = 16;
const FEWEST = 60;

/**
 * The curve of pairs whose entries are both above 0. All bins have the same number of pairs, up to one.
 *
 * @param x [P]
 * @param y [P]
 */
export function quantileCurve(x: Float32Array | Float64Array, y: Float32Array | Float64Array): QuantileCurve {
  const order = Array.from(x.keys()).filter((i) => x[i] > 0 && y[i] > 0).sort((i, j) => x[i] - x[j]);
  const bins = Math.min(BINS, Math.max(1, Math.floor(order.length / FEWEST)));
  const columns = Array.from({ length: order.length === 0 ? 0 : bins }, (_, bin) => {
    const [first, end] = [bin, bin + 1].map((each) => Math.round(each * order.length / bins));
    const own = order.slice(first, end);
    const logs = Float64Array.from(own, (i) => Math.log10(y[i])).sort();
    const at = (quantile: number) => quantileOf(logs, quantile);
    const middle = quantileOf(Float64Array.from(own, (i) => Math.log10(x[i])), 1 / 2);
    return { x: middle, low: at(1 / 6), median: at(1 / 2), high: at(5 / 6) };
  });
  const of = (name: keyof QuantileCurve) => columns.map((column) => column[name]);
  return { x: of("x"), low: of("low"), median: of("median"), high: of("high") };
}
