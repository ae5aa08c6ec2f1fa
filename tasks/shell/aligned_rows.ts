/**
 * Rows of a table for a terminal, indented by two blanks.
 *
 * @param rows Equally many cells each.
 * @param numbersFrom Cells from this column on are numbers, which are aligned to the right.
 */
export function alignedRows(rows: readonly (readonly string[])[], numbersFrom: number): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    "  " + row.map((cell, i) => i < numbersFrom ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ")
  );
}
