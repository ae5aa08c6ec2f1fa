import type { Report, ReportSection, ReportTable } from "./model.ts";
import { visible } from "./visible.ts";

/**
 * Formats a report as Markdown, without plots and pictures, which only the HTML file has. Names and commands may come from a stored file,
 * so that nothing in them is taken for HTML or for Markdown.
 */
export function markdownReport({ title, findings, sections }: Report): string {
  const list = findings.map((each) => `- ${inline(each)}`).join("\n");
  const parts = [`# ${inline(title)}`, list, ...sections.flatMap(sectionParts)];
  return `${parts.join("\n\n")}\n`;
}

function sectionParts({ title, paragraphs = [], tables = [], gallery, code }: ReportSection): string[] {
  if (gallery !== undefined) return [];
  return [
    `## ${inline(title)}`,
    ...paragraphs.map(inline),
    ...tables.map(tableText),
    ...code === undefined ? [] : [codeBlock(code)],
  ];
}

/**
 * Text in which characters that a terminal would obey are written as their numbers, and HTML and Markdown (code, emphasis, links, pictures,
 * headings, lists, columns) are not taken for such.
 */
function inline(text: string): string {
  return visible(text).replaceAll(/\s*\n\s*/g, " ")
    // An underscore within a word is an ordinary character.
    .replaceAll(/[\\`*[\]|~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\$&")
    .replace(/^(#|[+-]\s)/, "\\$&").replace(/^(\d+)([.)])(?=\s|$)/, "$1\\$2")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A block of code, between more backticks than it has in a row. */
function codeBlock(code: string): string {
  const longest = Math.max(2, ...(code.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}sh\n${visible(code)}\n${fence}`;
}

function tableText({ columns, numbersFrom, rows }: ReportTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = columns.map((_, column) => column < numbersFrom ? "---" : "---:");
  return [line(columns.map(inline)), line(rule), ...rows.map((row) => line(row.map(inline)))].join("\n");
}
