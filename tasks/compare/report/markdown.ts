import type { Report, ReportSection, ReportTable } from "../../run/report/model.ts";

/** Formats a report as Markdown, without plots and pictures, which only the HTML file has. */
export function markdownReport({ title, findings, sections }: Report): string {
  const parts = [`# ${title}`, findings.map((each) => `- ${each}`).join("\n"), ...sections.flatMap(sectionParts)];
  return `${parts.join("\n\n")}\n`;
}

function sectionParts({ title, paragraphs = [], tables = [], gallery, code }: ReportSection): string[] {
  if (gallery !== undefined) return [];
  return [
    `## ${title}`,
    ...paragraphs,
    ...tables.map(tableText),
    ...code === undefined ? [] : [`\`\`\`sh\n${code}\n\`\`\``],
  ];
}

function tableText({ columns, numbersFrom, rows }: ReportTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = columns.map((_, column) => column < numbersFrom ? "---" : "---:");
  return [line(columns), line(rule), ...rows.map(line)].join("\n");
}
