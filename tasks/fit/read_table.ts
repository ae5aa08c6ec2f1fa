import { describeFileKind, isUnknownKind } from "../../lib/codec/file_kind.ts";
import { shown } from "../../lib/data/scene/json_value.ts";
import { counted } from "../shell/counted.ts";
import { UserError } from "../shell/user_error.ts";
import type { Matrix } from "./matrix.ts";

/** A line of a file. */
interface Line {
  readonly text: string;
  /** Its number in the file, from 1. */
  readonly number: number;
}

/**
 * Reads a table of numbers, whose columns are separated by tabs, or else by semicolons, or else by commas. The first line may have the names of the
 * columns. Cells may be in quotation marks, and may then contain the separator. Empty lines and lines that begin with # are passed over; where no
 * line has the names, the last line with # before the numbers has them if it has as many cells, as in files that NumPy writes.
 *
 * @param name The name of the file in error messages.
 * @throws {UserError} If a cell is no finite number, lines differ in their number of cells, or there are no numbers.
 */
export function readTable(bytes: Uint8Array, name: string): Matrix {
  const kind = describeFileKind(bytes);
  if (!isUnknownKind(kind)) {
    throw new UserError(`${name}: expected a NumPy array or a table of numbers, found ${kind}.`);
  }
  const { lines, title } = linesOf(new TextDecoder().decode(bytes));
  const first = lines[0] ?? { text: "", number: 1 };
  const unquoted = first.text.replaceAll(/"[^"]*"/g, "");
  const separator = ["\t", ";"].find((each) => unquoted.includes(each)) ?? ",";
  const heads = cellsOf(first.text, separator);
  const hasNames = heads.some((cell) => numberOf(cell) === undefined);
  const rows = hasNames ? lines.slice(1) : lines;
  if (rows.length === 0) throw new UserError(`${name}: expected rows of numbers, found none.`);
  const data = new Float64Array(rows.length * heads.length);
  for (const [i, { text, number }] of rows.entries()) {
    const cells = cellsOf(text, separator);
    if (cells.length !== heads.length) {
      const expected = `${counted(heads.length, "cell")}, as in line ${first.number}`;
      throw new UserError(`${name}, line ${number}: expected ${expected}, found ${cells.length}.`);
    }
    for (const [k, cell] of cells.entries()) {
      const value = numberOf(cell);
      if (value === undefined || !Number.isFinite(Math.fround(value))) {
        const all = rows.flatMap(({ text }) => cellsOf(text, separator));
        throw new UserError(`${name}, line ${number}, column ${k + 1}: ${notFinite(cell, value, all)}.`);
      }
      data[i * heads.length + k] = value;
    }
  }
  const names = hasNames ? heads : title === undefined ? [] : cellsOf(title, separator);
  return { columns: heads.length, data, ...names.length === heads.length && { names } };
}

/** The lines that are neither empty nor comments, and the last comment before them. */
function linesOf(text: string): { lines: Line[]; title?: string } {
  const all = text.split("\n").map((text, i) => ({ text: text.trimEnd(), number: i + 1 }))
    .filter(({ text }) => text.trim() !== "");
  const isComment = ({ text }: Line) => text.trimStart().startsWith("#");
  const lines = all.filter((line) => !isComment(line));
  const last = all[all.indexOf(lines[0]) - 1];
  return { lines, ...last && { title: last.text.trimStart().slice(1) } };
}

/** The texts of the cells of a line, without the quotation marks around them. */
function cellsOf(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator).map((cell) => cell.trim());
  const cell = new RegExp(` *"((?:[^"]|"")*)" *${separator}|([^${separator}]*)${separator}`, "g");
  return [...`${text}${separator}`.matchAll(cell)].map(([, quoted, plain]) =>
    (quoted?.replaceAll('""', '"') ?? plain).trim()
  );
}

/** What is wrong with a cell, and how many others have the same fault. */
function notFinite(cell: string, value: number | undefined, cells: readonly string[]): string {
  const expected = Number.isFinite(value) ? "a number that 32 bits can hold" : "a finite number";
  const count = cells.filter((cell) => !Number.isFinite(numberOf(cell))).length;
  const all = count > 1 ? ` (${count} of ${cells.length} cells have none)` : "";
  return `expected ${expected}, found ${shown(cell)}${all}`;
}

/** The number that a cell has, which may be none that is finite. */
function numberOf(cell: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell)) return Number(cell);
  return /^[+-]?(nan|inf|infinity)$/i.test(cell) ? NaN : undefined;
}
