import { encodeCsv } from "../run/csv.ts";
import { linePlotSvg, panelsPlotSvg, type PlotSeries } from "../run/plot.ts";
import { htmlReport } from "../run/report/html.ts";
import type { Report, ReportSection } from "../run/report/model.ts";
import { findings } from "./findings.ts";
import type { SpectralDensity } from "../../lib/curvature/spectral_density.ts";
import type { Measurement, PreconditionerName, Spectra } from "./measure.ts";
import { csvRows } from "./rows.ts";
import { bySeries, meanOf, spreadText } from "./spread.ts";

/** What the measurements depend on. */
interface ReportOrigin {
  readonly adapter: string;
  readonly task: string;
  readonly samples: number;
  readonly args: readonly string[];
}

/** The files of a report by name, and its findings. */
interface CurvatureReport {
  readonly files: Readonly<Record<string, string>>;
  readonly findings: readonly string[];
}

/** Writes the report about measurements. */
export async function curvatureReport(
  measurements: readonly Measurement[],
  origin: ReportOrigin,
): Promise<CurvatureReport> {
  const found = findings(measurements);
  const report: Report = {
    title: `Curvature: ${origin.task}`,
    findings: found,
    sections: [
      await densitySection(measurements),
      await histogramSection(measurements),
      ...conditioningSections(measurements),
      await spectrumSection(measurements, origin.samples),
      ...estimateSections(measurements),
      noiseSection(measurements),
      originSection(measurements, origin),
    ],
  };
  const files = { "report.html": htmlReport(report), "curvature.csv": encodeCsv(csvRows(measurements)) };
  return { files, findings: found };
}

async function densitySection(measurements: readonly Measurement[]): Promise<ReportSection> {
  const series = [...bySeries(measurements)];
  const along = measurements.some(({ step }) => step > 0);
  const panels = (["zero", "belowHundredth"] as const).map((share) => ({
    xLabel: along ? "Training step" : "Batch size",
    yLabel: share === "zero" ? "Share exactly 0" : "Share below 1/100 of the rms",
    xScale: along ? "linear" as const : "log" as const,
    series: series.map(([name, all]): PlotSeries => along ? alongRun(name, all, share) : overBatches(name, all, share)),
  }));
  return {
    title: "How dense Hessian-vector products are",
    paragraphs: [
      "The shares of the entries of Hv that are exactly 0, and that are less than a hundredth of the root of the mean square of all, for " +
      "one direction v of random signs. Theorems 4.2 and 4.3 of Chng et al. (2025) speak of this density: the published explanation " +
      "is that equilibrated preconditioners help where Hv is dense. The table has the largest batch.",
    ],
    plot: await panelsPlotSvg({ title: "Density of Hv", panels }),
    tables: [{
      columns: ["field", "batch size", "= 0", "< 1e-3 rms", "< 1e-2 rms"],
      numbersFrom: 1,
      rows: series.map(([name, all]) => {
        const last = all.map(({ densities }) => densities.at(-1)!);
        const share = (of: "zero" | "belowThousandth" | "belowHundredth") =>
          spreadText(last.map(({ density }) => density.all[of]), 4);
        return [name, `${last[0].batchSize}`, share("zero"), share("belowThousandth"), share("belowHundredth")];
      }),
    }],
  };
}

function overBatches(name: string, all: readonly Measurement[], share: "zero" | "belowHundredth"): PlotSeries {
  const sizes = all[0].densities.map(({ batchSize }) => batchSize);
  const values = sizes.map((_, i) => all.map(({ densities }) => densities[i].density.all[share]));
  const band = { low: values.map((each) => Math.min(...each)), high: values.map((each) => Math.max(...each)) };
  return { name, x: sizes, y: values.map(meanOf), ...all.length > 1 && { band } };
}

function alongRun(name: string, all: readonly Measurement[], share: "zero" | "belowHundredth"): PlotSeries {
  return { name, x: all.map(({ step }) => step), y: all.map(({ densities }) => densities.at(-1)!.density.all[share]) };
}

async function histogramSection(measurements: readonly Measurement[]): Promise<ReportSection> {
  const series = [...bySeries(measurements)].map(([name, all]): PlotSeries => {
    const { edges, counts } = all.at(-1)!.histogram;
    const total = all.at(-1)!.parameters * (edges[1] - edges[0]);
    return {
      name,
      x: Array.from(counts, (_, i) => (edges[i] + edges[i + 1]) / 2),
      y: Array.from(counts, (count) => count / total),
    };
  });
  const plot = await linePlotSvg({
    title: "Sizes of the entries of Hv",
    xLabel: "log10(|entry| / rms)",
    yLabel: "Density",
    series,
  });
  return {
    title: "Sizes of the entries",
    paragraphs: [
      "Entries that are exactly 0 are not shown, so that the area of a curve is the share of the others. The first point stands for all entries " +
      "below 1e-8 rms.",
    ],
    plot,
  };
}

const PRECONDITIONERS: readonly PreconditionerName[] = ["none", "equilibrated", "Jacobi", "Gauss-Newton"];

function conditioningSections(measurements: readonly Measurement[]): ReportSection[] {
  const measured = measurements.filter(({ small }) => small !== undefined);
  if (measured.length === 0) return [];
  const rows = [...bySeries(measured)].flatMap(([name, all]) =>
    PRECONDITIONERS.map((preconditioner) => {
      const figures = all.map(({ small }) => small!.conditioning[preconditioner]);
      const ratio = (quantile: string) => spreadText(figures.map((each) => each.ratio[quantile]), 0);
      return [
        name,
        preconditioner,
        ratio("0.9"),
        ratio("0.75"),
        ratio("0.5"),
        spreadText(figures.map(({ logSpread }) => logSpread), 2),
      ];
    })
  );
  return [{
    title: "Conditioning under preconditioners",
    paragraphs: [
      "The largest |eigenvalue| of D^(-1/2) H D^(-1/2) over that at a quantile, for small fields of two hidden layers whose Hessian H was " +
      "computed explicitly: smaller is better conditioned. A condition number is not given, because the spectrum goes down to 0 without a " +
      "gap. The last column is the standard deviation of the decimal logarithm of the |eigenvalues|.",
      `Parameters: ${[...bySeries(measured)].map(([name, [{ small }]]) => `${name} ${small!.parameters}`).join(", ")}.`,
    ],
    tables: [{
      columns: ["field", "D", "largest / 0.9", "largest / 0.75", "largest / median", "spread"],
      numbersFrom: 2,
      rows,
    }],
  }, {
    title: "Hessian and Gauss-Newton matrix",
    paragraphs: ["‖H − G‖/‖H‖ says how much of the Hessian of the small fields the Gauss-Newton matrix G leaves out."],
    tables: [{
      columns: ["field", "‖H − G‖/‖H‖", "entries of H = 0"],
      numbersFrom: 1,
      rows: [...bySeries(measured)].map(([name, all]) => [
        name,
        spreadText(all.map(({ small }) => small!.residualShare), 3),
        spreadText(all.map(({ small }) => small!.zeroEntries), 3),
      ]),
    }],
  }];
}

async function spectrumSection(measurements: readonly Measurement[], samples: number): Promise<ReportSection> {
  const measured = measurements.flatMap(({ series, step, spectra }) =>
    spectra === undefined ? [] : [{ series, step, spectra }]
  );
  const last = [...new Map(measured.map((each) => [each.series, each])).values()];
  const panel = (yLabel: string, of: (each: Spectra) => SpectralDensity) => ({
    xLabel: "Eigenvalue / largest",
    yLabel,
    yScale: "log" as const,
    series: last.map(({ series, spectra }) => densityCurve(series, of(spectra))),
  });
  return {
    title: "Spectral density of the whole field",
    paragraphs: [
      `The density of the Hessian's eigenvalues on ${samples} samples by stochastic Lanczos quadrature (two probes of 24 steps; the band is ` +
      "the standard error), without and with the equilibrated preconditioner, which was estimated from 32 products. Waves are an effect of the " +
      "few steps; densities below 1e-5 are not shown.",
    ],
    plot: await panelsPlotSvg({
      title: "Spectral density",
      panels: [
        panel("Density without D", ({ none }) => none),
        panel("Density with D^E", ({ equilibrated }) => equilibrated),
      ],
    }),
    tables: [{
      columns: ["field", "step", "smallest", "largest", "mean", "smallest with D^E", "largest with D^E"],
      numbersFrom: 1,
      rows: measured.map(({ series, step, spectra: { none, equilibrated } }) => {
        const numbers = [...none.extremes, none.mean, ...equilibrated.extremes];
        return [series, `${step}`, ...numbers.map((number) => number.toPrecision(3))];
      }),
    }],
  };
}

/** A density over shares of the largest |eigenvalue|, so that fields of different scales can be compared. */
function densityCurve(name: string, { places, density, error }: SpectralDensity): PlotSeries {
  const largest = Math.max(...places.map(Math.abs));
  const shown = Array.from(places, (_, i) => i).filter((i) => density[i] * largest > 1e-5);
  const scaled = (of: (i: number) => number) => shown.map((i) => Math.max(1e-5, of(i) * largest));
  return {
    name,
    x: shown.map((i) => places[i] / largest),
    y: scaled((i) => density[i]),
    band: { low: scaled((i) => density[i] - error[i]), high: scaled((i) => density[i] + error[i]) },
  };
}

function estimateSections(measurements: readonly Measurement[]): ReportSection[] {
  const measured = measurements.filter(({ small }) => small !== undefined);
  if (measured.length === 0) return [];
  const rows = [...bySeries(measured)].flatMap(([name, all]) =>
    all[0].small!.estimates.map(({ probes }, i) => [
      name,
      `${probes}`,
      spreadText(all.map(({ small }) => small!.estimates[i].equilibrated), 3),
      spreadText(all.map(({ small }) => small!.estimates[i].jacobi), 3),
    ])
  );
  return [{
    title: "How good estimates of preconditioners are",
    paragraphs: [
      "Relative errors of D^E = √diag(H²) and D^J = |diag H| of the small fields, estimated from so many products with random signs. A product " +
      "costs about as much as two gradients.",
    ],
    tables: [{ columns: ["field", "probes", "error of D^E", "error of D^J"], numbersFrom: 1, rows }],
  }];
}

function noiseSection(measurements: readonly Measurement[]): ReportSection {
  const number = (values: readonly number[]) => spreadText(values, 0);
  return {
    title: "Noise of gradients",
    paragraphs: [
      "The simple noise scale tr Σ/|G|² of McCandlish et al. (2018), from 32 batches of 64 samples: the batch size at which the noise of the " +
      "gradient is as large as the gradient.",
    ],
    tables: [{
      columns: ["field", "steps", "noise scale (samples)"],
      numbersFrom: 1,
      rows: [...bySeries(measurements)].flatMap(([name, all]) => {
        const steps = [...new Set(all.map(({ step }) => step))];
        return steps.map((step) => [
          name,
          `${step}`,
          number(all.filter((each) => each.step === step).map(({ noise }) => noise.noiseScale)),
        ]);
      }),
    }],
  };
}

function originSection(measurements: readonly Measurement[], { adapter, args, samples }: ReportOrigin): ReportSection {
  const sizes = [...bySeries(measurements)].map(([name, [{ parameters }]]) => `${name} ${parameters}`).join(", ");
  return {
    title: "How this was measured",
    paragraphs: [
      `Adapter: ${adapter}. Parameters: ${sizes}. Samples where no batch size is given: ${samples}; spectral densities are those of the first seed. Numbers after ± are standard deviations over ` +
      "seeds.",
    ],
    code: ["deno task curvature", ...args].join(" "),
  };
}
