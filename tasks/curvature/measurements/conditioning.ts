import { equilibratedDiagonal, jacobiDiagonal } from "../../../lib/curvature/diagonals.ts";
import { number, object, type Shaped } from "../../shell/shape.ts";
import { mean } from "../../shell/statistics.ts";
import { panelsPlotSvg, type PlotSeries } from "../../run/plot.ts";
import type { Measurement, Result } from "../measurement.ts";
import { lineOf } from "../line_of.ts";
import { bySeries } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import { SPECTRA_COLUMNS, spectraCells } from "./spectra_cells.ts";
import { boundedText, comparableQuantile, isRounding, quantileText } from "./ratio_bound.ts";
import { figuresOfSpectrum, spectraOf, storedSpectrum } from "./stored_spectrum.ts";

/** Figures of the spectrum by the preconditioner. */
const shape = object({
  parameters: number({ whole: true, min: 1 }),
  none: storedSpectrum,
  equilibrated: storedSpectrum,
  Jacobi: storedSpectrum,
  "Gauss-Newton": storedSpectrum,
});

type Conditioning = Shaped<typeof shape>;
const DIAGONALS = ["equilibrated", "Jacobi", "Gauss-Newton"] as const;
const QUANTILES = ["0.25", "0.5", "0.75", "0.9"] as const;
const PRECONDITIONERS = ["none", ...DIAGONALS] as const;

/** How widely the eigenvalues of a small field's Hessian are spread, without and with diagonal preconditioners. */
export const conditioning: Measurement<Conditioning> = {
  name: "conditioning",
  doing: "explicit Hessian of the small field",
  needs: "small field",
  shape,
  // Most of it is the decompositions on the host.
  work: () => 4000,
  async measure(subject) {
    const { size, hessian, gaussNewton } = await subject.explicit();
    const diagonals = [
      equilibratedDiagonal(hessian, size),
      jacobiDiagonal(hessian, size),
      jacobiDiagonal(gaussNewton, size),
    ];
    const all = [undefined, ...diagonals].map((diagonal) => ({ matrix: hessian, diagonal }));
    const [none, equilibrated, Jacobi, ofGaussNewton] = await spectraOf(all, subject.signal);
    return { parameters: size, none, equilibrated, Jacobi, "Gauss-Newton": ofGaussNewton };
  },
  figures: (result) => PRECONDITIONERS.flatMap((name) => figuresOfSpectrum("small field", name, result[name])),
  section(results) {
    const series = bySeries(results);
    return {
      title: "Conditioning under preconditioners",
      paragraphs: [
        "The largest |eigenvalue| of D^(-1/2) H D^(-1/2) over that at a quantile, for small fields of two hidden layers whose Hessian H was " +
        "computed explicitly: smaller is better conditioned. A condition number is not given, because the spectrum goes down to 0 without a " +
        "gap. Then follow the numbers of |eigenvalues| above shares of the largest, and the standard deviation of their decimal logarithm.",
        `Parameters: ${series.map(([name, [{ result }]]) => `${name} ${result.parameters}`).join(", ")}.`,
      ],
      tables: [{
        columns: ["field", "D", ...SPECTRA_COLUMNS],
        numbersFrom: 2,
        rows: series.flatMap(([name, all]) =>
          PRECONDITIONERS.map((preconditioner) => {
            return [name, preconditioner, ...spectraCells(all.map(({ result }) => result[preconditioner]))];
          })
        ),
      }],
    };
  },
  plot(results) {
    const series = bySeries(results);
    const panel = (preconditioner: typeof PRECONDITIONERS[number]) => ({
      xLabel: "Quantile of the |eigenvalues|",
      yLabel: `Largest over the quantile, D: ${preconditioner}`,
      yScale: "log" as const,
      series: series.map(([name, all]): PlotSeries => {
        const ratios = QUANTILES.map((quantile) => all.map(({ result }) => result[preconditioner].ratio[quantile]));
        return { name, x: QUANTILES.map(Number), ...lineOf(ratios) };
      }),
    });
    return panelsPlotSvg({
      title: "Conditioning at initialisation",
      panels: (["none", "equilibrated", "Jacobi"] as const).map(panel),
    });
  },
  finding(results) {
    const quantile = comparableQuantile(PRECONDITIONERS.flatMap((name) => results.map(({ result }) => result[name])));
    const ratio = (name: typeof PRECONDITIONERS[number], at = quantile) =>
      results.map(({ result }) => result[name].ratio[at]);
    const text = (name: typeof PRECONDITIONERS[number]) =>
      boundedText(ratio(name, "0.5"), (all) => mean(all).toFixed(0));
    const best = DIAGONALS.reduce((a, b) => mean(ratio(b)) < mean(ratio(a)) ? b : a);
    const by = quantile === "0.5" ? "" : `by ${quantileText(quantile)} `;
    const verdict = ratio(best).some(isRounding)
      ? "which conditions best is lost in rounding"
      : mean(ratio(best)) < mean(ratio("none"))
      ? `${by}${best} conditions best`
      : `${by}no diagonal preconditioner conditions better than none`;
    const texts = DIAGONALS.map((name) => `${text(name)} under ${name}`).join(", ");
    return `The largest eigenvalue over the median one is ${
      text("none")
    } without a preconditioner, ${texts}: ${verdict}. ${further(results)}`;
  },
};

/** The 0.25 quantile, and how many |eigenvalues| are above shares of the largest, without a preconditioner and under the equilibrated one. */
function further(results: readonly Result<Conditioning>[]): string {
  const low = (name: "none" | "equilibrated") =>
    boundedText(results.map(({ result }) => result[name].ratio["0.25"]), (all) => spreadText(all, 0));
  const above = (share: "1e-2" | "1e-4" | "1e-6") =>
    spreadText(results.map(({ result }) => result.none.above[share]), 0);
  return `Over the quantile 0.25 it is ${low("none")}, and ${low("equilibrated")} under equilibrated; ` +
    `without a preconditioner ${above("1e-2")}, ${above("1e-4")} and ${above("1e-6")} of ${
      results[0].result.parameters
    } |eigenvalues| are above ` +
    "1e-2, 1e-4 and 1e-6 of the largest.";
}
