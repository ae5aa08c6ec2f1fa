import type { OptimizerComparison, UpdateCost } from "./optimizers.ts";
import { type BenchFigures, heading, percent, withScatter } from "./report.ts";
import { figure, table, timeText } from "./table.ts";

/** The measurements of `deno task bench --optimizers`, as `--json` writes them. */
export interface OptimizerFigures extends Pick<BenchFigures, "adapter" | "versions" | "kernels" | "field" | "peak"> {
  readonly optimizers: OptimizerComparison;
}

/** Formats the comparison of optimizers. */
export function optimizerReport(figures: OptimizerFigures): string {
  const { optimizers: { updates, steps }, field: { width } } = figures;
  const entrywise = updates.filter(({ flops }) => flops === 0);
  const matrices = updates.filter(({ flops }) => flops > 0);
  const product = 2 * width ** 3;
  const sections = [
    heading(figures),
    "The time of one update, averaged over the number of steps after which the optimizer's refreshes repeat. It does not " +
    "include computing what the optimizer observes, such as Hessian-vector products.\n" +
    "data: bytes that an update must read and write, each buffer once; copy: time of copying as many bytes; ratio: update over copy.",
    table(
      ["optimizer", "steps", "update", "dispatches", "data", "GB/s", "copy", "ratio"],
      entrywise.map((each) => [
        ...start(each),
        `${figure(each.bytes / 1e6)} MB`,
        figure(each.bytes / each.update.median / 1e6),
        timeText(each.copy!.median),
        `${figure(each.toCopy!)} ×`,
      ]),
      1,
    ),
    table(
      ["optimizer", "steps", "update", "dispatches", "products", `in ${width}³`, "GFLOP/s", "products only, GFLOP/s"],
      matrices.map((each) => [
        ...start(each),
        `${figure(each.flops / 1e9)} GFLOP`,
        figure(each.flops / product),
        figure(each.flops / each.update.median / 1e6),
        figure(each.productSpeed ?? NaN),
      ]),
      1,
    ),
    "Additional time per step relative to a step with Adam: of the update alone, and including observations:",
    table(
      [
        "optimizer",
        "observes",
        "per step",
        ...steps.flatMap(({ batch }) => [`update, batch ${batch}`, "with observations"]),
      ],
      updates.map(({ optimizer, curvature, observations, overheads }) => [
        optimizer,
        curvature ?? "",
        curvature === undefined ? "" : figure(observations),
        ...overheads.flatMap(({ update, step }) => [percent(update), percent(step)]),
      ]),
      2,
    ),
    table(
      [
        "batch",
        "step with Adam",
        "its products, GFLOP/s",
        "gradient + HVP",
        "gradient + Gauss-Newton sample",
        "gradient + Kronecker factors",
      ],
      steps.map(({ batch, adam, observed, productSpeed }) => [
        String(batch),
        withScatter(adam),
        figure(productSpeed ?? NaN),
        ...[observed.hessianProbe, observed.gaussNewtonSample, observed.kroneckerFactors].map(withScatter),
      ]),
    ),
  ];
  return sections.join("\n\n");
}

function start({ optimizer, period, update, dispatches }: UpdateCost): string[] {
  return [optimizer, String(period), withScatter(update), figure(dispatches)];
}
