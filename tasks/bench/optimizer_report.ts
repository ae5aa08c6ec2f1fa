import type { OptimizerComparison, StepTimes, UpdateCost } from "./optimizers.ts";
import { type BenchFigures, heading, percent, withScatter } from "./report.ts";
import { figure, table, timeText } from "./table.ts";

/** The measurements of `deno task bench --optimizers`, as `--json` writes them. */
export interface OptimizerFigures extends Pick<BenchFigures, "adapter" | "versions" | "kernels" | "field" | "peak"> {
  readonly optimizers: OptimizerComparison;
}

/** Formats the comparison of optimizers. */
export function optimizerReport(figures: OptimizerFigures): string {
  const { optimizers: { updates, steps }, field: { width } } = figures;
  return [
    heading(figures),
    "The time of one update, averaged over the number of steps after which the optimizer's refreshes repeat. It does not " +
    "include computing what the optimizer observes, such as Hessian-vector products.\n" +
    "data: bytes that an update must read and write, each buffer once; copy: time of copying as many bytes; ratio: update over copy.",
    entrywiseTable(updates.filter(({ flops }) => flops === 0)),
    matrixTable(updates.filter(({ flops }) => flops > 0), width),
    "Additional time per step relative to a step with Adam: of the update alone, and including observations:",
    overheadTable(updates, steps),
    stepTable(steps),
  ].join("\n\n");
}

/** The optimizers that work entry by entry, compared with a copy. */
function entrywiseTable(updates: readonly UpdateCost[]): string {
  return table(
    ["optimizer", "steps", "update", "dispatches", "data", "GB/s", "copy", "ratio"],
    updates.map((each) => [
      ...start(each),
      `${figure(each.bytes / 1e6)} MB`,
      figure(each.bytes / each.update.median / 1e6),
      timeText(each.copy!.median),
      `${figure(each.toCopy!)} ×`,
    ]),
    1,
  );
}

/** The optimizers that multiply matrices, with the speed of their products. */
function matrixTable(updates: readonly UpdateCost[], width: number): string {
  const product = 2 * width ** 3;
  return table(
    ["optimizer", "steps", "update", "dispatches", "products", `in ${width}³`, "GFLOP/s", "products only, GFLOP/s"],
    updates.map((each) => [
      ...start(each),
      `${figure(each.flops / 1e9)} GFLOP`,
      figure(each.flops / product),
      figure(each.flops / each.update.median / 1e6),
      figure(each.productSpeed ?? NaN),
    ]),
    1,
  );
}

/** The additional time of each optimizer at each batch size. */
function overheadTable(updates: readonly UpdateCost[], steps: readonly StepTimes[]): string {
  return table(
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
  );
}

/** The times of a step and of observations at each batch size. */
function stepTable(steps: readonly StepTimes[]): string {
  return table(
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
  );
}

function start({ optimizer, period, update, dispatches }: UpdateCost): string[] {
  return [optimizer, String(period), withScatter(update), figure(dispatches)];
}
