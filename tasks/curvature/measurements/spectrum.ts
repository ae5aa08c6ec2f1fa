import { curvatureOperator } from "../../../lib/curvature/operator.ts";
import { diagonalPreconditioner, preconditionedOperator } from "../../../lib/curvature/preconditioned.ts";
import { type SpectralDensity, spectralDensity } from "../../../lib/curvature/spectral_density.ts";
import { panelsPlotSvg, type PlotSeries } from "../../run/plot.ts";
import { list, number, object, type Shaped } from "../../shell/shape.ts";
import type { Figure, Measurement } from "../measurement.ts";
import { bySeries, bySteps, isAlongRun, lastSteps } from "../series.ts";
import { spreadText } from "../spread_text.ts";
import { counted } from "../../shell/counted.ts";
import { PROBES } from "../subject.ts";

/** Points at which a density is given. */
const POINTS = 400;
const START_VECTORS = 2;
const STEPS = 16;
/** Densities below this are not shown. */
const LOWEST = 1e-5;

const curve = list(number(), { least: POINTS, most: POINTS });
const spectralShape = object({
  places: curve,
  density: curve,
  error: curve,
  mean: number(),
  variance: number(),
  extremes: list(number(), { least: 2, most: 2 }),
});

/** Densities of the Hessian's spectrum, without a preconditioner and under the equilibrated one. */
const shape = object({ none: spectralShape, equilibrated: spectralShape });

type Spectrum = Shaped<typeof spectralShape>;

/** How the eigenvalues of the whole field's Hessian are distributed. */
export const spectrum: Measurement<Shaped<typeof shape>> = {
  name: "spectrum",
  doing: "spectral density, without and with the equilibrated preconditioner",
  needs: "field",
  firstSeedOnly: true,
  made: `${START_VECTORS} start vectors, ${STEPS} steps, ${PROBES} products`,
  shape,
  work: ({ samples }) => (2 * START_VECTORS * STEPS + PROBES) * samples,
  async measure(subject) {
    const { moment: { field, input: { objective }, seed }, extent, signal } = subject;
    using hessian = curvatureOperator(field, objective, subject.draw(extent.samples), "hessian", { fixed: true });
    const options = { probes: START_VECTORS, steps: STEPS, points: POINTS, blur: 0.02, seed, signal };
    const none = stored(await spectralDensity(hessian, options));
    const { equilibrated } = await subject.probes();
    using preconditioner = diagonalPreconditioner(field, equilibrated);
    using scaled = preconditionedOperator(hessian, preconditioner);
    return { none, equilibrated: stored(await spectralDensity(scaled, options)) };
  },
  figures: ({ none, equilibrated }) =>
    Object.entries({ none, equilibrated }).flatMap(([name, { extremes, mean, variance }]): Figure[] => [
      ["smallest eigenvalue", name, extremes[0]],
      ["largest eigenvalue", name, extremes[1]],
      ["mean eigenvalue", name, mean],
      ["variance of eigenvalues", name, variance],
    ]),
  plot(results) {
    const last = lastSteps(results).map(({ name, results: [{ result }] }) => ({ name, result }));
    const panel = (yLabel: string, of: "none" | "equilibrated") => ({
      xLabel: "Eigenvalue / largest",
      yLabel,
      yScale: "log" as const,
      series: last.map(({ name, result }) => densityCurve(name, result[of])),
    });
    return panelsPlotSvg({
      title: "Spectral density",
      panels: [panel("Density without D", "none"), panel("Density with D^E", "equilibrated")],
    });
  },
  section(results, { samples }) {
    const whose = isAlongRun(results)
      ? " The plot has the first seed at the last step."
      : " It is that of the first seed.";
    return {
      title: "Spectral density of the whole field",
      paragraphs: [
        `The density of the Hessian's eigenvalues on ${
          counted(samples, "sample")
        } by stochastic Lanczos quadrature (two probes of ${STEPS} steps; the band is ` +
        `the standard error), without and with the equilibrated preconditioner, which was estimated from ${PROBES} products. Waves are an effect of the ` +
        "few steps; densities below 1e-5 are drawn at the lower edge." + whose,
      ],
      tables: [{
        columns: ["field", "step", "smallest", "largest", "mean", "smallest with D^E", "largest with D^E"],
        numbersFrom: 1,
        rows: bySeries(results).flatMap(([series, all]) =>
          bySteps(all).map(([step, each]) => {
            const numbers = each.map(({ result: { none, equilibrated } }) => [
              ...none.extremes,
              none.mean,
              ...equilibrated.extremes,
            ]);
            return [series, `${step}`, ...numbers[0].map((_, i) => textOf(numbers.map((of) => of[i])))];
          })
        ),
      }],
    };
  },
};

/** An eigenvalue with its spread over seeds. */
function textOf(numbers: readonly number[]): string {
  return numbers.length > 1 ? spreadText(numbers, 3) : numbers[0].toPrecision(3);
}

function stored({ places, density, error, ...rest }: SpectralDensity): Spectrum {
  return { places: Array.from(places), density: Array.from(density), error: Array.from(error), ...rest };
}

/** A density over shares of the largest |eigenvalue|, so that fields of different scales can be compared. */
function densityCurve(name: string, { places, density, error }: Spectrum): PlotSeries {
  const largest = Math.max(...places.map(Math.abs));
  const isShown = (value: number) => value * largest > LOWEST;
  const [first, last] = [density.findIndex(isShown), density.findLastIndex(isShown)];
  const shown = places.map((_, i) => i).filter((i) => i >= first && i <= last);
  const scaled = (of: (i: number) => number) => shown.map((i) => Math.max(LOWEST, of(i) * largest));
  return {
    name,
    x: shown.map((i) => places[i] / largest),
    y: scaled((i) => density[i]),
    band: { low: scaled((i) => density[i] - error[i]), high: scaled((i) => density[i] + error[i]) },
  };
}
