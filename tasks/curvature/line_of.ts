import type { PlotSeries } from "../run/plot.ts";
import { mean } from "../shell/statistics.ts";

/** The line of a plot through means over seeds, with a band from the least to the most where there are several seeds. */
export function lineOf(values: readonly (readonly number[])[]): Pick<PlotSeries, "y" | "band"> {
  const band = { low: values.map((each) => Math.min(...each)), high: values.map((each) => Math.max(...each)) };
  return { y: values.map(mean), ...values.some((each) => each.length > 1) && { band } };
}
