import { type BenchFigures, heading, withScatter } from "./report.ts";
import type { Scaling } from "./scaling.ts";
import type { Summary } from "../shell/statistics.ts";
import { figure, table } from "./table.ts";

/** All that `deno task bench --scaling` measures, as `--json` writes it. */
export interface ScalingFigures extends Pick<BenchFigures, "adapter" | "versions" | "kernels" | "field"> {
  readonly scaling: Scaling;
}

/** The figures for a person. */
export function scalingReport(figures: ScalingFigures): string {
  const { batches, widths } = figures.scaling;
  return [
    heading(figures),
    `Time of a step over the batch size: proportional where 1. Ratios are taken round by round, [least, most].`,
    table(
      ["batch", "step", "a sample", `to batch ${batches[0].batch}`],
      batches.map(({ batch, step, perSample }) => [
        String(batch),
        withScatter(step),
        `${figure(step.median / batch * 1000)} µs`,
        withRange(perSample),
      ]),
    ),
    `Over the width, batch ${widths[0].batch}: in proportion to the operations of its matrix products where 1.`,
    table(
      ["width", "step", "GFLOP", "GFLOP/s", `an operation, to width ${figures.field.width}`],
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
