import { counted } from "../shell/counted.ts";
import { alignedRows } from "../shell/aligned_rows.ts";
import { formatDuration } from "../shell/progress.ts";
import { finalRunsInAll, tuningInputs } from "./time_budget.ts";
import { SEARCH } from "./halving.ts";
import { pairName, pairsOf } from "./pair.ts";
import type { ComparisonRecord, Settings } from "./record.ts";

/** Runs shorter than this, in seconds, say little about an optimizer. */
const SHORT = 5;

/** How many final runs a comparison has. */
export function runsLine({ activations, optimizers, seeds, inputs }: Settings): string {
  const pairs = pairsOf({ activations, optimizers }).length;
  const runs = finalRunsInAll({ pairs, seeds, inputs: inputs.length, tune: false });
  return `Final runs  ${runs}: ${counted(pairs, "pair")} × ${counted(seeds, "seed")} × ${
    counted(inputs.length, "input")
  }`;
}

/** Describes what a comparison will do and how long it will take; the text of `--dry-run`. */
export function planLines({ settings, paces, adapter }: ComparisonRecord): string[] {
  const { tune, seeds, inputs } = settings;
  const pairs = pairsOf(settings);
  const each = seeds * inputs.length + tuningInputs({ tune, seeds, inputs: inputs.length }) * SEARCH.budget;
  const finals = pairs.map((pair) => paces[pairName(pair)].seconds);
  const most = finals.reduce((sum, seconds) => sum + seconds * each, 0);
  const rows = pairs.map((pair) => {
    const { steps, stepsPerEpoch, seconds, deviceBytes, parameters } = paces[pairName(pair)];
    return [
      pair.activation,
      pair.optimizer,
      String(parameters),
      (1000 * seconds / steps).toFixed(2),
      String(steps),
      (steps / stepsPerEpoch).toFixed(1),
      seconds.toFixed(1),
      (deviceBytes / 2 ** 20).toFixed(1),
    ];
  });
  const heads = ["activation", "optimizer", "parameters", "ms per step", "steps", "epochs", "seconds", "MiB"];
  return [
    `Adapter     ${adapter.name}`,
    runsLine(settings),
    ...tune
      ? [
        `Tuning      for each pair up to ${SEARCH.budget} times the training time of a final run, on ${
          tuningInputs({ tune, seeds, inputs: inputs.length })
        } of ${counted(inputs.length, "input")}`,
      ]
      : [],
    `Time        about ${
      formatDuration(most)
    } of training; compilation, evaluation and the report take additional time`,
    "Each final run:",
    ...alignedRows([heads, ...rows], 2),
    ...Math.min(...finals) < SHORT
      ? [`Final runs of less than ${SHORT} s say little about an optimizer; a larger --budget makes them longer.`]
      : [],
  ];
}
