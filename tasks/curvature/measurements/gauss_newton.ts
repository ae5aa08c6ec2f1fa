import { linePlotSvg } from "../../run/plot.ts";
import { number, object, optional, type Shaped } from "../../shell/shape.ts";
import { lineOf } from "../line_of.ts";
import type { Measurement, Result } from "../measurement.ts";
import { bySeries, bySteps, isAlongRun } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import { relativeError } from "./relative_error.ts";

const shape = object({
  /** ‖H − G‖/‖H‖; undefined for the field of a run that has too many parameters. */
  residualShare: optional(number({ nonFinite: true })),
});

type Shares = Shaped<typeof shape>;

/** How much of a small field's Hessian its Gauss-Newton matrix leaves out; near a solution it should be little. */
export const gaussNewton: Measurement<Shares> = {
  name: "gauss-newton",
  doing: "Gauss-Newton matrix",
  needs: "matrices",
  shape,
  // The matrices have been computed already.
  work: () => 1,
  async measure(subject) {
    const matrices = await subject.matrices();
    if (matrices === undefined) return {};
    const { hessian, gaussNewton } = matrices;
    return { residualShare: relativeError(gaussNewton, hessian) };
  },
  figures: ({ residualShare }) =>
    residualShare === undefined ? [] : [["explicit matrices: ‖H - G‖/‖H‖", "", residualShare]],
  section(all) {
    const results = all.filter(isMeasured);
    if (results.length === 0) return undefined;
    return {
      title: "Hessian and Gauss-Newton matrix",
      paragraphs: [
        `‖H − G‖/‖H‖ says how much of the Hessian of ${isAlongRun(results) ? "a run's field" : "the small fields"} ` +
        "the Gauss-Newton matrix G leaves out. Near a solution it should be little, because H − G is a sum over the residuals.",
      ],
      tables: [{
        columns: ["field", "step", "‖H − G‖/‖H‖"],
        numbersFrom: 1,
        rows: bySeries(results).flatMap(([name, own]) =>
          bySteps(own).map(([step, each]) => [
            name,
            `${step}`,
            text(each),
          ])
        ),
      }],
    };
  },
  plot(all) {
    const results = all.filter(isMeasured);
    if (results.length === 0 || !isAlongRun(results)) return undefined;
    return linePlotSvg({
      title: "What the Gauss-Newton matrix leaves out",
      xLabel: "Training step",
      yLabel: "‖H − G‖/‖H‖",
      series: bySeries(results).map(([name, own]) => {
        const steps = bySteps(own);
        const values = steps.map(([, each]) => each.map(({ result }) => result.residualShare!));
        return { name, x: steps.map(([step]) => step), ...lineOf(values) };
      }),
    });
  },
  finding(all) {
    const results = all.filter(isMeasured);
    if (results.length === 0 || !isAlongRun(results)) return undefined;
    const steps = bySteps(results);
    const ends = steps.length > 1 ? [steps[0], steps.at(-1)!] : steps;
    const texts = ends.map(([step, each]) => `${text(each, 2)} of H's norm at step ${step}`);
    return `The Gauss-Newton matrix leaves out ${texts.join(" and ")}.`;
  },
};

function isMeasured({ result: { residualShare } }: Result<Shares>): boolean {
  return residualShare !== undefined;
}

function text(results: readonly Result<Shares>[], decimals = 3): string {
  return spreadText(results.map(({ result }) => result.residualShare!), decimals);
}
