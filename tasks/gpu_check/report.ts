import type { AdapterDescription } from "../../lib/gpu/adapter_description.ts";
import type { Report, ReportSection } from "../run/report/model.ts";
import { formatDuration } from "../shell/progress.ts";
import type { PeakFigures } from "./peak_figures.ts";
import type { Section } from "./section.ts";

/** What became of a section. */
export interface SectionResult {
  readonly section: Section;
  /** Undefined if it failed. */
  readonly figures?: unknown;
  /** What there was no time for. */
  readonly leftOut: readonly string[];
  readonly seconds?: number;
  /** Why there are no figures: "failed: …". */
  readonly problem?: string;
}

/** What the figures depend on. */
interface CheckOrigin {
  readonly adapter: AdapterDescription;
  readonly versions: Readonly<Record<string, string>>;
  readonly command: string;
  readonly seconds: number;
}

/**
 * Makes the report about all sections.
 *
 * @param peak The adapter's peaks, if they were measured.
 */
export function checkReport(
  results: readonly SectionResult[],
  origin: CheckOrigin,
  peak: PeakFigures | undefined,
): Report {
  const { adapter, versions, command, seconds } = origin;
  const described = results.map((result) => describedSection(result, peak));
  return {
    title: `GPU check: ${adapter.name}`,
    findings: [...kindText(adapter), ...described.flatMap(({ findings }) => findings)],
    sections: [
      ...described.map(({ section }) => section),
      {
        title: "How this was measured",
        paragraphs: [
          `In ${formatDuration(seconds)}, with ${
            Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ")
          }. ` +
          "figures.json has all figures.",
        ],
        code: command,
      },
    ],
  };
}

/** What a reader has to know first. */
function kindText({ name, software }: AdapterDescription): string[] {
  if (!software) return [];
  return [
    `This is not a GPU: ${name} computes on the processor. The figures say whether the check works, and nothing about a graphics card.`,
  ];
}

function describedSection(
  { section, figures, leftOut, problem, seconds }: SectionResult,
  peak: PeakFigures | undefined,
): { section: ReportSection; findings: readonly string[] } {
  const { title } = section;
  if (figures === undefined) {
    return { section: { title, paragraphs: [`This section ${problem}.`] }, findings: [`${title}: ${problem}.`] };
  }
  const { findings = [], paragraphs = [], tables = [], ...rest } = section.describe(figures, peak);
  const missing = leftOut.length === 0 ? [] : [`Left out, because there was no time: ${leftOut.join(", ")}.`];
  const took = `This section took ${formatDuration(seconds!)}.`;
  return {
    section: {
      title,
      paragraphs: [...paragraphs, ...missing, took],
      tables: tables.filter(({ rows }) => rows.length > 0),
      ...rest,
    },
    findings,
  };
}
