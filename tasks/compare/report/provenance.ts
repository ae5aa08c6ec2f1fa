import { formatDuration } from "../../shell/progress.ts";
import { finalRunsInAll, tuningInputs } from "../time_budget.ts";
import { counted } from "../../shell/counted.ts";
import type { ReportedComparison, RunRecord } from "../record.ts";
import { adaptersOf } from "../summary.ts";
import type { ReportTable } from "../../run/report/model.ts";

/** The table of everything that the results depend on. */
export function provenanceTable(
  { settings, adapter, kernels, versions, paces }: ReportedComparison,
  runs: readonly RunRecord[],
): ReportTable {
  const { inputs, seeds, activations, optimizers, tune, length, options } = settings;
  const trained = (phase: RunRecord["phase"]) => {
    const of = runs.filter((run) => run.phase === phase);
    const seconds = of.reduce((sum, run) => sum + run.seconds, 0);
    return `${counted(of.length, "run")}, ${formatDuration(seconds)} of training`;
  };
  const pairs = activations.length * optimizers.length;
  const size = { pairs, seeds, inputs: inputs.length, tune };
  const { budgetSeconds, seconds } = length;
  const finals = runs.filter(({ phase }) => phase === "final");
  const [first] = Object.values(paces ?? {});
  const epochs = first === undefined
    ? Math.max(...finals.map(({ steps, stepsPerEpoch }) => steps / stepsPerEpoch))
    : first.steps / first.stepsPerEpoch;
  const lengthText = budgetSeconds !== undefined
    ? `${formatDuration(budgetSeconds)} of training in total, ${
      formatDuration(budgetSeconds / finalRunsInAll(size))
    } for each final run`
    : seconds !== undefined
    ? `${formatDuration(seconds)} of training for each final run`
    : `${counted(epochs, "epoch")} for each final run`;
  const adapters = adaptersOf(finals);
  const one = `${adapter.name}${adapter.software ? " (software)" : ""}`;
  return {
    columns: ["property", "value"],
    numbersFrom: 2,
    rows: [
      ["task", settings.task],
      ["inputs", inputs.map(({ name }) => name).join(", ")],
      ["length", lengthText],
      ["final runs", trained("final")],
      ["seeds", `0 to ${seeds - 1}; tuning: ${seeds}`],
      ...tune
        ? [["tuning", `${trained("tuning")}, on ${tuningInputs(size)} of ${counted(inputs.length, "input")}`]]
        : [],
      ["adapter", adapters.size > 1 ? [...adapters.keys()].join(", ") : one],
      [
        "kernels",
        Object.entries(kernels).map(([what, choice]) => `${what}: ${choice}`).join("; ") || "the default ones",
      ],
      ["versions", Object.entries(versions).map(([what, version]) => `${what} ${version}`).join(", ")],
      ["options given", Object.entries(options).map(([name, value]) => `${name} ${value}`).join(", ") || "none"],
    ],
  };
}
