import { type BenchFigures, heading, withScatter } from "./report.ts";
import type { Scaling } from "./scaling.ts";
import type { Summary } from "../shell/statistics.ts";
import { figure, table } from "./table.ts";

/** The measurements of `deno task bench --scaling`, as `--json` writes them. */
export interface ScalingFigures extends Pick<BenchFigures, "adapter" | "versions" | "kernels" | "field"> {
  readonly scaling: Scaling;
}

/** Formats the measurements. */
export function scalingReport(figures: ScalingFigures): string {
  const { batches, widths } = figures.scaling;
  return [
    heading(figures),
    "Time per sample for each batch size, relative to the first one: 1 means that the time of a step is proportional to the " +
    "batch size. Ratios are medians over rounds, with [lowest, highest].",
    table(
      ["batch", "step", "per sample", `relative to batch ${batches[0].batch}`],
      batches.map(({ batch, step, perSample }) => [
        String(batch),
        withScatter(step),
        `${figure(step.median / batch * 1000)} µs`,
        withRange(perSample),
      ]),
    ),
    `Time per floating-point operation for each width at batch ${
      widths[0].batch
    }: 1 means that the time of a step is ` +
    "proportional to the operations of its matrix products.",
    table(
      ["width", "step", "GFLOP", "GFLOP/s", `per operation, relative to width ${figures.field.width}`],
      widths.map(({ width, step, flops, perFlop }) => [
        String(width),
        withScatter(step),
        figure(flops / 1e9),
        figure(flops / step.median / 1e6),
        withRange(perFlop),
      ]),
    ),
  ].join("\n\n");
}

function withRange({ median, min, max }: Summary): string {
  return `${figure(median)} [${figure(min)}, ${figure(max)}]`;
}
