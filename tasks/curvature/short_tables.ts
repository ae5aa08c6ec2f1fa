import type { ReportSection, ReportTable } from "../run/report/model.ts";

/** Tables of more rows are shortened. */
const MOST_ROWS = 40;

/** A section whose long tables have the first and the last step of each series only, with a sentence that says so. */
export function withShortTables(section: ReportSection): ReportSection {
  const { tables = [], paragraphs = [] } = section;
  const shortened = tables.map(shortTable);
  if (shortened.every((table, i) => table.rows.length === tables[i].rows.length)) return section;
  const sentence = "Tables have the first and the last step of each series; the file curvature.csv has the others.";
  return { ...section, tables: shortened, paragraphs: [...paragraphs, sentence] };
}

/** The rows of a table at the first and the last step of each series, if it is long and has steps. */
function shortTable(table: ReportTable): ReportTable {
  const { columns, rows } = table;
  if (rows.length <= MOST_ROWS || columns[0] !== "field" || columns[1] !== "step") return table;
  const ends = new Map(
    [...Map.groupBy(rows, ([series]) => series)].map(([series, own]) => [series, [own[0][1], own.at(-1)![1]]]),
  );
  return { ...table, rows: rows.filter(([series, step]) => ends.get(series)!.includes(step)) };
}
