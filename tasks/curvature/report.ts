import { encodeCsv } from "../run/csv.ts";
import { htmlReport } from "../run/report/html.ts";
import type { Report, ReportSection } from "../run/report/model.ts";
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
  readonly files: Readonly<Record<string, string>>;
  readonly findings: readonly string[];
}

/** Makes the report about finished parts. */
export async function curvatureReport(parts: readonly Part[], origin: ReportOrigin): Promise<CurvatureReport> {
  const sections: ReportSection[] = [];
  for (const measurement of MEASUREMENTS) {
    const results = resultsOf(measurement, parts);
    if (results.length > 0) sections.push(await measurement.section(results, origin));
  }
  const found = findings(parts);
  const report: Report = {
    title: `Curvature: ${origin.task}`,
    findings: found,
    sections: [...sections, originSection(parts, origin)],
  };
  return { files: { "report.html": htmlReport(report), "curvature.csv": encodeCsv(rowsOf(parts)) }, findings: found };
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
