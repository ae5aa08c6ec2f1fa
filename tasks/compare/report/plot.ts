import { convergencePanels } from "../../run/convergence_panels.ts";
import { panelsPlotSvg } from "../../run/plot.ts";
import type { Quality } from "../../training/training_input.ts";
import type { ActivationSummary } from "../summary.ts";

/**
 * Draws how the optimizers of an activation converge, over epochs and, if times can be compared, over training time. Lines are medians over seeds, bands the range
 * over seeds; several inputs are averaged.
 *
 * @param optimizers All optimizers of the comparison, so that each has the same colour in every plot.
 */
export function convergencePlot(
  { activation, isTimed, pairs }: ActivationSummary,
  optimizers: readonly string[],
  quality: Quality,
): Promise<string> {
  const lines = optimizers.map((name) => {
    const runs = pairs.find(({ optimizer }) => optimizer === name)?.runs ?? [];
    return { name, runs: runs.filter(({ divergedAt }) => divergedAt === undefined) };
  });
  const { size } = new Set(pairs.flatMap(({ runs }) => runs.map(({ seed }) => seed)));
  const title = size === 1
    ? activation
    : `${activation}: median of ${size} seeds, shaded from the lowest to the highest seed`;
  const [overEpochs, overTime] = convergencePanels(lines, quality.label);
  return panelsPlotSvg({ title, panels: isTimed ? [overEpochs, overTime] : [overEpochs], height: 400 });
}
