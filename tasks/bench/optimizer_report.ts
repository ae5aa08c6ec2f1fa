import type { OptimizerComparison, UpdateCost } from "./optimizers.ts";
import { type BenchFigures, heading, percent, withScatter } from "./report.ts";
import { figure, table, timeText } from "./table.ts";

/** All that `deno task bench --optimizers` measures, as `--json` writes it. */
export interface OptimizerFigures extends Pick<BenchFigures, "adapter" | "versions" | "kernels" | "field" | "peak"> {
  readonly optimizers: OptimizerComparison;
}

/** The comparison for a person. */
export function optimizerReport(figures: OptimizerFigures): string {
  const { optimizers: { updates, steps }, field: { width } } = figures;
  const entrywise = updates.filter(({ flops }) => flops === 0);
  const matrices = updates.filter(({ flops }) => flops > 0);
  const product = 2 * width ** 3;
  const sections = [
    heading(figures),
    "One update, averaged over the steps after which refreshes repeat; what is observed (Hv and the like) is not part of it.\n" +
    "Moves: the bytes that a step must read and write, each buffer once. Copy: the copy kernel over as many.",
    table(
      ["optimizer", "steps", "update", "dispatches", "moves", "GB/s", "copy", "to copy"],
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
      ["optimizer", "steps", "update", "dispatches", "products", `of ${width}³`, "GFLOP/s", "products alone"],
      matrices.map((each) => [
        ...start(each),
        `${figure(each.flops / 1e9)} GFLOP`,
        figure(each.flops / product),
        figure(each.flops / each.update.median / 1e6),
        figure(each.productSpeed ?? NaN),
      ]),
      1,
    ),
    "Time of a step beyond Adam's, by the update alone, and with what is observed:",
    table(
      ["optimizer", "observes", "a step", ...steps.flatMap(({ batch }) => [`batch ${batch}`, "observed"])],
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
        "Adam's step",
        "its products, GFLOP/s",
        "with Hv",
        "with a Gauss-Newton sample",
        "with Kronecker factors",
      ],
      steps.map(({ batch, adam, observed, productSpeed }) => [
        String(batch),
        withScatter(adam),
        figure(productSpeed ?? NaN),
        ...[observed.hessianProbe, observed.gaussNewtonSample, observed.kroneckerFactors].map(withScatter),
      ]),
    ) + "\nThe last three are gradients without an update.",
  ];
  return sections.join("\n\n");
}

function start({ optimizer, period, update, dispatches }: UpdateCost): string[] {
  return [optimizer, String(period), withScatter(update), figure(dispatches)];
}
