import { equilibratedDiagonal, jacobiDiagonal } from "../../../lib/curvature/diagonals.ts";
import { preconditionedMatrix } from "../../../lib/curvature/preconditioned_matrix.ts";
import { list, object, optional, printable, type Shaped, word } from "../../shell/shape.ts";
import { panelsPlotSvg, type PlotPanel, type PlotSeries } from "../../run/plot.ts";
import { lineOf } from "../line_of.ts";
import type { Measurement, Result } from "../measurement.ts";
import { bySeries, bySteps } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import { MOST_EXPLICIT } from "../subject.ts";
import type { Decomposition } from "./eigenvalues.ts";
import { ownPreconditioner } from "./optimizer_state.ts";
import { SPECTRA_COLUMNS, spectraCells } from "./spectra_cells.ts";
import { boundedText } from "./ratio_bound.ts";
import { figuresOfSpectrum, spectraOf, type StoredSpectrum, storedSpectrum } from "./stored_spectrum.ts";
import { nameOf, phraseOf, type PreconditionerName, PRECONDITIONERS } from "./under.ts";
import { counted } from "../../shell/counted.ts";

const spectra = object({
  optimizer: printable(),
  /** The spectrum under each preconditioner. */
  under: list(object({ preconditioner: word(PRECONDITIONERS), spectrum: storedSpectrum }), { least: 4, most: 5 }),
});

/** Undefined where the field has too many parameters for an explicit Hessian. */
const shape = object({ explicit: optional(spectra) });

type Spectra = Shaped<typeof spectra>;
type Conditioning = Shaped<typeof shape>;

/** How widely the eigenvalues of a run's explicit Hessian are spread at its checkpoints, without and with preconditioners. */
export const runConditioning: Measurement<Conditioning> = {
  name: "run-conditioning",
  doing: "explicit Hessian under preconditioners",
  needs: "checkpoint",
  shape,
  // Fields that are too large for it take no time; that of others is known after the first checkpoint.
  work: () => 1000,
  async measure(subject) {
    const matrices = await subject.ownMatrices();
    if (matrices === undefined) return {};
    const { field, batch, hessian, gaussNewton, size } = matrices;
    using own = await ownPreconditioner(subject, batch);
    const { optimizer, preconditioner } = own;
    const all: (Decomposition & { readonly preconditioner: PreconditionerName })[] = [
      { preconditioner: "none", matrix: hessian },
      { preconditioner: "equilibrated", matrix: hessian, diagonal: equilibratedDiagonal(hessian, size) },
      { preconditioner: "Jacobi", matrix: hessian, diagonal: jacobiDiagonal(hessian, size) },
      { preconditioner: "Gauss-Newton", matrix: hessian, diagonal: jacobiDiagonal(gaussNewton, size) },
    ];
    if (preconditioner !== undefined) {
      all.push({ preconditioner: "own", matrix: await preconditionedMatrix(field, hessian, preconditioner) });
    }
    const found = await spectraOf(all.map(({ matrix, diagonal }) => ({ matrix, diagonal })), subject.signal);
    const under = all.map(({ preconditioner }, i) => ({ preconditioner, spectrum: found[i] }));
    return { explicit: { optimizer, under } };
  },
  figures: ({ explicit }) =>
    explicit?.under.flatMap(({ preconditioner, spectrum }) =>
      figuresOfSpectrum("explicit Hessian at a checkpoint", nameOf(preconditioner, explicit.optimizer), spectrum)
    ) ?? [],
  section(results, { samples }) {
    const title = "Conditioning of the explicit Hessian along the run";
    const measured = measuredIn(results);
    if (measured.length === 0) return { title, paragraphs: [tooLarge(results)] };
    return {
      title,
      paragraphs: [
        `The spectrum of D^(-1/2) H D^(-1/2) for the explicit Hessian H of the run's whole field on ${
          counted(samples, "sample")
        }: the largest |eigenvalue| ` +
        "over those at quantiles of all, for which smaller is better conditioned; how many are above shares of the largest; and the standard " +
        "deviation of the decimal logarithm. D is nothing, one of three exact diagonals, and what the run's optimizer divided by in its last " +
        "step before the checkpoint, if it divides by a symmetric positive definite matrix. Ratios of about 1e6 and more are rounding.",
        ...measured.length < results.length ? [tooLarge(results)] : [],
      ],
      tables: [{
        columns: ["field", "step", "D", ...SPECTRA_COLUMNS],
        numbersFrom: 3,
        rows: bySeries(measured).flatMap(([series, all]) =>
          bySteps(all).flatMap(([step, each]) => rowsOf(each).map((row) => [series, `${step}`, ...row]))
        ),
      }],
    };
  },
  plot(results) {
    const series = bySeries(measuredIn(results));
    if (series.length === 0) return undefined;
    if (series.length > 1) {
      return panelsPlotSvg({ title: "Conditioning of the explicit Hessian", panels: ofSeries(series) });
    }
    const [[, all]] = series;
    const panel = (yLabel: string, yScale: "log" | "linear", figure: FigureOf) => ({
      xLabel: "Training step",
      yLabel,
      yScale,
      series: PRECONDITIONERS.map((name) => lineUnder(nameOf(name, all[0].result.optimizer), all, name, figure))
        .filter(({ x }) => x.length > 0),
    });
    return panelsPlotSvg({
      title: "Conditioning of the explicit Hessian",
      panels: [
        panel("Largest |eigenvalue| over the median one", "log", overMedian),
        panel("Spread of log10 |eigenvalue|", "linear", ({ logSpread }) => logSpread),
      ],
    });
  },
  finding(results) {
    const measured = measuredIn(results);
    if (measured.length === 0) return undefined;
    const [step, last] = bySteps(measured).at(-1)!;
    const texts = PRECONDITIONERS.flatMap((preconditioner) => {
      const ratios = spectraUnder(last, preconditioner).map(({ ratio }) => ratio["0.5"]);
      if (ratios.length === 0) return [];
      return `${boundedText(ratios, (all) => spreadText(all, 0))} ${
        phraseOf(preconditioner, last[0].result.optimizer)
      }`;
    });
    return `At step ${step} the largest |eigenvalue| of the explicit Hessian is so many times the median one: ${
      texts.join(", ")
    }.`;
  },
};

/** The spectra of results under one preconditioner. */
export function spectraUnder(results: readonly Result<Spectra>[], name: PreconditionerName): StoredSpectrum[] {
  return results.flatMap(({ result: { under } }) =>
    under.filter(({ preconditioner }) => preconditioner === name).map(({ spectrum }) => spectrum)
  );
}

/** The results that have an explicit Hessian. */
export function measuredIn(results: readonly Result<Conditioning>[]): Result<Spectra>[] {
  return results.flatMap(({ result: { explicit }, ...of }) =>
    explicit === undefined ? [] : [{ ...of, result: explicit }]
  );
}

/** The sentence about fields that have too many parameters. */
function tooLarge(results: readonly Result<Conditioning>[]): string {
  const large = results.filter(({ result: { explicit } }) => explicit === undefined);
  const sizes = bySeries(large).map(([name, [{ parameters }]]) => `${name} has ${parameters} parameters`).join(", ");
  return `Explicit Hessians are computed of fields of up to ${MOST_EXPLICIT} parameters: ${sizes}.`;
}

/** The cells of the table of one step, a row for each preconditioner. */
function rowsOf(results: readonly Result<Spectra>[]): string[][] {
  return PRECONDITIONERS.flatMap((preconditioner) => {
    const spectra = spectraUnder(results, preconditioner);
    if (spectra.length === 0) return [];
    return [[nameOf(preconditioner, results[0].result.optimizer), ...spectraCells(spectra)]];
  });
}

type FigureOf = (spectrum: StoredSpectrum) => number;

const overMedian: FigureOf = ({ ratio }) => ratio["0.5"];

/** A panel for each of three preconditioners, with a line for each series. */
function ofSeries(series: readonly [name: string, results: readonly Result<Spectra>[]][]): PlotPanel[] {
  const shown = (["none", "equilibrated", "own"] as const).filter((preconditioner) =>
    series.some(([, all]) => spectraUnder(all, preconditioner).length > 0)
  );
  return shown.map((preconditioner) => ({
    xLabel: "Training step",
    yLabel: `Largest over median, D: ${preconditioner}`,
    yScale: "log",
    series: series.map(([name, all]) => lineUnder(name, all, preconditioner, overMedian)),
  }));
}

/** The line of a series under one preconditioner, without the steps at which it has no such one. */
function lineUnder(
  name: string,
  results: readonly Result<Spectra>[],
  preconditioner: PreconditionerName,
  figure: FigureOf,
): PlotSeries {
  const points = bySteps(results).map(([step, each]) => {
    return { step, numbers: spectraUnder(each, preconditioner).map(figure) };
  }).filter(({ numbers }) => numbers.length > 0);
  return { name, x: points.map(({ step }) => step), ...lineOf(points.map(({ numbers }) => numbers)) };
}
