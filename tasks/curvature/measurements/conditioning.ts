import { equilibratedDiagonal, jacobiDiagonal } from "../../../lib/curvature/diagonals.ts";
import { number, object, type Shaped } from "../../shell/shape.ts";
import { mean } from "../../shell/statistics.ts";
import type { Measurement } from "../measurement.ts";
import { bySeries } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import { boundedText, comparableQuantile, isRounding, quantileText } from "./ratio_bound.ts";
import { figuresOfSpectrum, spectrumOf, storedSpectrum } from "./stored_spectrum.ts";

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
    const under = (diagonal?: Float64Array) => spectrumOf(hessian, subject.signal, diagonal);
    return {
      parameters: size,
      none: await under(),
      equilibrated: await under(equilibratedDiagonal(hessian, size)),
      Jacobi: await under(jacobiDiagonal(hessian, size)),
      "Gauss-Newton": await under(jacobiDiagonal(gaussNewton, size)),
    };
  },
  figures: (result) => PRECONDITIONERS.flatMap((name) => figuresOfSpectrum("small field", name, result[name])),
  section(results) {
    const series = bySeries(results);
    return {
      title: "Conditioning under preconditioners",
      paragraphs: [
        "The largest |eigenvalue| of D^(-1/2) H D^(-1/2) over that at a quantile, for small fields of two hidden layers whose Hessian H was " +
        "computed explicitly: smaller is better conditioned. A condition number is not given, because the spectrum goes down to 0 without a " +
        "gap. The last column is the standard deviation of the decimal logarithm of the |eigenvalues|.",
        `Parameters: ${series.map(([name, [{ result }]]) => `${name} ${result.parameters}`).join(", ")}.`,
      ],
      tables: [{
        columns: ["field", "D", "largest / 0.9", "largest / 0.75", "largest / median", "spread"],
        numbersFrom: 2,
        rows: series.flatMap(([name, all]) =>
          PRECONDITIONERS.map((preconditioner) => {
            const under = all.map(({ result }) => result[preconditioner]);
            const ratio = (quantile: "0.9" | "0.75" | "0.5") =>
              spreadText(under.map((each) => each.ratio[quantile]), 0);
            const spread = spreadText(under.map(({ logSpread }) => logSpread), 2);
            return [name, preconditioner, ratio("0.9"), ratio("0.75"), ratio("0.5"), spread];
          })
        ),
      }],
    };
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
    } without a preconditioner, ${texts}: ${verdict}.`;
  },
};
