import { encodeCsv } from "../run/csv.ts";
import { plotPng } from "../run/plot_png.ts";
import { htmlReport } from "../run/report/html.ts";
import type { Report, ReportSection } from "../run/report/model.ts";
import type { Measurement, Result } from "./measurement.ts";
import { MEASUREMENTS } from "./measurements.ts";
import { type Part, resultsOf } from "./part.ts";
import { bySeries } from "./series.ts";
import type { Extent } from "./subject.ts";

/** What the measurements depend on. */
interface ReportOrigin extends Extent {
  readonly adapter: string;
  readonly task: string;
  readonly command: string;
}

/** The files of a report by name, and its findings. */
interface CurvatureReport {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly findings: readonly string[];
}

/** Makes the report about finished parts. */
export async function curvatureReport(parts: readonly Part[], origin: ReportOrigin): Promise<CurvatureReport> {
  const sections: ReportSection[] = [];
  const pictures: Record<string, Uint8Array> = {};
  for (const measurement of MEASUREMENTS) {
    const results = resultsOf(measurement, parts);
    if (results.length === 0) continue;
    const section = await plotted(measurement.section(results, origin), measurement, results);
    sections.push(section);
    const picture = section.plot === undefined ? undefined : await drawn(section.plot, `${measurement.name}.png`);
    if (picture !== undefined) pictures[`${measurement.name}.png`] = picture;
  }
  const found = findings(parts);
  const report: Report = {
    title: `Curvature: ${origin.task}`,
    findings: found,
    sections: [...sections, originSection(parts, origin)],
  };
  const texts = { "report.html": htmlReport(report), "curvature.csv": encodeCsv(rowsOf(parts)) };
  return { files: { ...texts, ...pictures }, findings: found };
}

/** A section with its plot, or with the reason why the plot is left out. */
async function plotted(
  section: ReportSection,
  measurement: Measurement,
  results: readonly Result<unknown>[],
): Promise<ReportSection> {
  try {
    return { ...section, plot: await measurement.plot?.(results) };
  } catch (error) {
    const reason = `The plot is left out: ${(error as Error).message}`;
    return { ...section, paragraphs: [...section.paragraphs ?? [], reason] };
  }
}

/** A plot as PNG; undefined where the packages that draw it do not come, which is said. */
async function drawn(plot: string, name: string): Promise<Uint8Array | undefined> {
  try {
    return await plotPng(plot);
  } catch (error) {
    console.error(`${name} could not be drawn: ${(error as Error).message}`);
  }
}

/** What the measurements say, in sentences for each series. */
function findings(parts: readonly Part[]): string[] {
  return bySeries(parts).map(([series, own]) => {
    const texts = MEASUREMENTS.flatMap((measurement) => {
      const results = resultsOf(measurement, own as Part[]);
      return results.length === 0 ? [] : measurement.finding?.(results) ?? [];
    });
    return `${series}: ${texts.join(" ")}`;
  });
}

/** All figures, one in each row, for programs that read them. */
function rowsOf(parts: readonly Part[]): Record<string, string | number>[] {
  const moments = Map.groupBy(parts, ({ series, seed, step }) => `${series} ${seed} ${step}`);
  return [...moments.values()].flatMap((own) => {
    const [{ series, seed, step, parameters }] = own;
    const figures = MEASUREMENTS.flatMap((measurement) =>
      resultsOf(measurement, own).flatMap(({ result }) => measurement.figures(result))
    );
    return [["parameters", "", parameters] as const, ...figures].map(([figure, of, value]) => {
      return { series, seed, step, figure, of, value };
    });
  });
}

function originSection(parts: readonly Part[], { adapter, command, samples }: ReportOrigin): ReportSection {
  const sizes = bySeries(parts).map(([name, [{ parameters }]]) => `${name} ${parameters}`).join(", ");
  return {
    title: "How this was measured",
    paragraphs: [
      `Adapter: ${adapter}. Parameters: ${sizes}. Samples where no batch size is given: ${samples}. Numbers after ± are standard deviations ` +
      "over seeds.",
    ],
    code: command,
  };
}
