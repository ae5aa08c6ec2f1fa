/**
 * Encodes a table as comma-separated values (RFC 4180, but with line feeds): a header with the names of all columns, then one line for
 * each row. Values that a row lacks are left empty; numbers have all their digits.
 */
export function encodeCsv(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  return lines.map((line) => `${line.map(cell).join(",")}\n`).join("");
}

function cell(value: unknown): string {
  const text = value === undefined || value === null ? "" : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
