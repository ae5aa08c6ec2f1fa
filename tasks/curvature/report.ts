import { encodeCsv } from "../run/csv.ts";
import { plotPng } from "../run/plot_png.ts";
import { htmlReport } from "../run/report/html.ts";
import type { Report, ReportSection } from "../run/report/model.ts";
import { findings, linesOfSeries } from "./findings.ts";
import { incompleteText } from "./incomplete.ts";
import { type LeftOut, leftOutText } from "./left_out.ts";
import type { Measurement, Result, View } from "./measurement.ts";
import { MEASUREMENTS } from "./measurements.ts";
import { type Part, resultsOf } from "./part.ts";
import type { MomentParts } from "./plans.ts";
import { bySeries } from "./series.ts";
import { withShortTables } from "./short_tables.ts";
import type { Extent } from "./subject.ts";

/** What the measurements depend on. */
interface ReportOrigin extends Extent {
  readonly adapter: string;
  readonly task: string;
  readonly command: string;
  /** All moments with their measurements, of which some may not be finished. */
  readonly planned: readonly MomentParts[];
  /** What is left out, because it cannot be read. */
  readonly leftOut: readonly LeftOut[];
}

/** The files of a report by name, and its findings. */
interface CurvatureReport {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly findings: readonly string[];
}

/** Makes the report about finished parts. Plots are drawn as PNG, which takes seconds, once none are missing. */
export async function curvatureReport(parts: readonly Part[], origin: ReportOrigin): Promise<CurvatureReport> {
  const incomplete = incompleteText(origin.planned, parts, origin.leftOut);
  const sections: ReportSection[] = [];
  const pictures: Record<string, Uint8Array> = {};
  for (const measurement of MEASUREMENTS) {
    const results = resultsOf(measurement, parts);
    if (results.length === 0) continue;
    for (const [name, section] of await sectionsAbout(measurement, results, origin)) {
      sections.push(section);
      if (section.plot === undefined || incomplete !== undefined) continue;
      const picture = await drawn(section.plot, name);
      if (picture !== undefined) pictures[name] = picture;
    }
  }
  const gaps = [incomplete, leftOutText(origin.leftOut)];
  const found = [...gaps.filter((text) => text !== undefined), ...findings(parts)];
  const lines = linesOfSeries(parts);
  const report: Report = {
    title: `Curvature: ${origin.task}`,
    findings: found,
    sections: [...sections, { title: "Each series in numbers", paragraphs: lines }, originSection(parts, origin)],
  };
  const texts = { "report.html": htmlReport(report), "curvature.csv": encodeCsv(rowsOf(parts)) };
  return { files: { ...texts, ...pictures }, findings: [...found, ...lines] };
}

/** A section of the report with the name of its plot's picture. */
type PictureAndSection = [picture: string, section: ReportSection];

/** The sections about a measurement. */
async function sectionsAbout<R>(
  measurement: Measurement<R>,
  results: readonly Result<R>[],
  extent: Extent,
): Promise<PictureAndSection[]> {
  const { name, further = [] } = measurement;
  const overSteps: View<R> = {
    name: `${name}-over-steps`,
    section: () => ({ title: `${measurement.section(results, extent)?.title} along the run` }),
    plot: measurement.plotOverSteps?.bind(measurement),
  };
  const sections: PictureAndSection[] = [];
  for (const view of [measurement, overSteps, ...further]) {
    const section = view.section(results, extent);
    if (section === undefined) continue;
    const found = await plotted(section, () => view.plot?.(results));
    const isEmpty = found.plot === undefined && found.paragraphs === undefined && found.tables === undefined;
    if (!isEmpty) sections.push([`${view.name}.png`, withShortTables(found)]);
  }
  return sections;
}

/** A section with its plot, or with the reason why the plot is left out. */
async function plotted(section: ReportSection, draw: () => Promise<string> | undefined): Promise<ReportSection> {
  try {
    return { ...section, plot: await draw() };
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
      "over seeds; those without are of one seed, or the same for all.",
    ],
    code: command,
  };
}
