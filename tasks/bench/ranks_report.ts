import type { Network } from "./network.ts";
import type { RankCase } from "./ranks.ts";
import { type BenchFigures, heading } from "./report.ts";
import { figure, table, timeText } from "./table.ts";

/** The measurements of `deno task bench --ranks`, as `--json` writes them. */
export interface RanksFigures extends Pick<BenchFigures, "adapter" | "versions" | "kernels" | "field"> {
  readonly network: Network;
  readonly cases: readonly RankCase[];
}

/** What is said where so many processes seem to be more than so many times as fast. */
const BUSY =
  "An efficiency above 100 % says that the machine was busy with something else while one process was measured. " +
  "Measure again, when it is idle or with more --repeats.";

/** Formats the measurements. */
export function ranksReport(figures: RanksFigures): string {
  const { network: { bandwidth, latency }, cases } = figures;
  return [
    heading(figures),
    `A step of one of R processes that train together, each with a device like this one and a network of ${bandwidth} GB/s and ${latency} µs. ` +
    "Times are averages over what the optimizer does at intervals. The model is (alone − update)/R + update + exchange + network.",
    table(
      ["optimizer", "batch", "alone", "update", "numbers", "read and write"],
      cases.map(({ optimizer, batch, alone, update, numbers, exchange }) => [
        optimizer,
        String(batch),
        timeText(alone),
        timeText(update),
        String(Math.round(numbers)),
        timeText(exchange),
      ]),
      1,
    ),
    table(
      ["optimizer", "batch", "R", "step", "model", "network", "efficiency", "faster from batch", "90 % from batch"],
      cases.flatMap(({ optimizer, batch, ranks }) =>
        ranks.map((each) => [
          optimizer,
          String(batch),
          String(each.ranks),
          timeText(each.step),
          timeText(each.model),
          timeText(each.network),
          `${figure(100 * each.efficiency, 2)} ± ${figure(100 * each.spread, 2)} %`,
          rounded(each.paysFrom),
          rounded(each.efficientFrom),
        ])
      ),
      1,
    ),
    ...cases.some(({ ranks }) => ranks.some(({ efficiency }) => efficiency > 1)) ? [BUSY] : [],
  ].join("\n\n");
}

/** Two digits of a batch size, which is all that the model is good for. */
function rounded(batch: number): string {
  return Number(batch.toPrecision(2)).toFixed(0);
}
