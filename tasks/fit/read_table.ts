import { describeFileKind, isUnknownKind } from "../../lib/codec/file_kind.ts";
import { shown } from "../../lib/data/scene/json_value.ts";
import { UserError } from "../shell/user_error.ts";
import type { Matrix } from "./matrix.ts";

/**
 * Reads a table of numbers, whose columns are separated by tabs, or else by semicolons, or else by commas. The first line may have the names of the columns.
 * Empty lines are passed over.
 *
 * @param name The name of the file in error messages.
 * @throws {UserError} If a cell is no finite number, lines differ in their number of cells, or there are no numbers.
 */
export function readTable(bytes: Uint8Array, name: string): Matrix {
  const kind = describeFileKind(bytes);
  if (!isUnknownKind(kind)) {
    throw new UserError(`${name}: expected a NumPy array or a table of numbers, found ${kind}.`);
  }
  const lines = new TextDecoder().decode(bytes).split("\n")
    .map((text, i) => ({ text: text.trimEnd(), number: i + 1 })).filter(({ text }) => text.trim() !== "");
  const first = lines[0]?.text ?? "";
  const separator = ["\t", ";"].find((each) => first.includes(each)) ?? ",";
  const cellsOf = (text: string) => text.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const heads = cellsOf(first);
  const hasNames = heads.some((cell) => numberOf(cell) === undefined);
  const rows = hasNames ? lines.slice(1) : lines;
  if (rows.length === 0) throw new UserError(`${name}: expected rows of numbers, found none.`);
  const data = new Float64Array(rows.length * heads.length);
  for (const [i, { text, number }] of rows.entries()) {
    const cells = cellsOf(text);
    if (cells.length !== heads.length) {
      throw new UserError(`${name}, line ${number}: expected ${heads.length} cells, found ${cells.length}.`);
    }
    for (const [k, cell] of cells.entries()) {
      const value = numberOf(cell);
      if (value === undefined || !Number.isFinite(Math.fround(value))) {
        const expected = Number.isFinite(value) ? "a number that 32 bits can hold" : "a finite number";
        const count = rows.flatMap(({ text }) =>
          cellsOf(text)
        ).filter((cell) => !Number.isFinite(numberOf(cell))).length;
        const all = count > 1 ? ` (${count} of ${data.length} cells have none)` : "";
        throw new UserError(
          `${name}, line ${number}, column ${k + 1}: expected ${expected}, found ${shown(cell)}${all}.`,
        );
      }
      data[i * heads.length + k] = value;
    }
  }
  return { columns: heads.length, data, ...hasNames && { names: heads } };
}

/** The number that a cell has, which may be none that is finite. */
function numberOf(cell: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell)) return Number(cell);
  return /^[+-]?(nan|inf|infinity)$/i.test(cell) ? NaN : undefined;
}
