/** Formats a number with the given number of significant digits, without an exponent. */
export function figure(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return "?";
  const before = Math.abs(value) < 1 ? 1 : Math.floor(Math.log10(Math.abs(value))) + 1;
  return value.toFixed(Math.max(0, digits - before));
}

/** Formats a time: "0.123 ms", "12.3 ms", "4.56 s". */
export function timeText(milliseconds: number): string {
  return milliseconds < 1000 ? `${figure(milliseconds)} ms` : `${figure(milliseconds / 1000)} s`;
}

/**
 * Formats a table with aligned columns under their headings.
 *
 * @param textColumns The number of leading columns with texts, which are aligned to the left; the others are aligned to the right.
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], textColumns = 0): string {
  const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => i < textColumns ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ").trimEnd();
  return [headings, ...rows].map(line).join("\n");
}
