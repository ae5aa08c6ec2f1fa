/**
 * Files of records, one JSON object per line. They grow during a run, and may end with an incomplete line if the process was killed.
 *
 * @module
 */

import { anything, checkShape, type Shape, shown } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";
import { cannotWrite, writeWhole } from "./atomic.ts";
import { append } from "./disk.ts";
import { fromJson, readText } from "./json.ts";

/** The most bytes of a file of records: about a million lines. */
const LARGEST = 1 << 28;

/**
 * Appends a line and syncs the file, so that the line stays even after a power cut. If writing fails, for instance because the disk is full,
 * the file is restored.
 *
 * @param path The file; it is created if it does not exist.
 * @param line The line without its line break.
 * @throws {Error} If the line cannot be written.
 */
export function appendLine(path: string, line: string): void {
  appendTo(path, new TextEncoder().encode(`${line}\n`));
}

/** Appends bytes in the same way. */
export function appendTo(path: string, bytes: Uint8Array): void {
  try {
    append(path, bytes);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/**
 * Reads all records. An incomplete last line is ignored.
 *
 * @param path The file; if it does not exist, there are no records.
 * @param shape The shape of every record.
 * @throws {UserError} If a line other than the last is not a JSON object, or a record has another shape.
 */
export async function readRecords<T>(path: string, shape: Shape<T>): Promise<T[]> {
  return (await readLines(path)).map(({ record, where }) => checkShape(record, shape, where));
}

/**
 * Removes records from the file. The lines of the others stay unchanged.
 *
 * @param path The file; it need not exist.
 * @param shape The shape of every record.
 * @param keep Returns whether a record stays.
 * @throws {UserError} If a line other than the last is not a JSON object, or a record has another shape.
 */
export async function keepRecords<T>(path: string, shape: Shape<T>, keep: (record: T) => boolean): Promise<void> {
  const before = await textOf(path);
  const kept = (await readLines(path)).filter(({ record, where }) => keep(checkShape(record, shape, where)));
  const after = kept.map(({ line }) => `${line}\n`).join("");
  if (after !== before) await writeWhole(path, after);
}

/**
 * Removes an incomplete last line, so that the next record begins on a line of its own.
 *
 * @param path The file; it need not exist.
 * @throws {UserError} If a line other than the last is not a JSON object.
 */
export function repairRecords(path: string): Promise<void> {
  return keepRecords(path, anything(), () => true);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readText(path, LARGEST);
  } catch (error) {
    if ((error as Error).cause instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

async function readLines(path: string): Promise<{ line: string; where: string; record: unknown }[]> {
  const lines = (await textOf(path)).split("\n");
  if (lines.at(-1) === "") lines.pop();
  const records: { line: string; where: string; record: unknown }[] = [];
  for (const [index, line] of lines.entries()) {
    const where = `${path}, line ${index + 1}`;
    const record = parseRecord(line);
    if (record !== undefined) records.push({ line, where, record });
    else if (index < lines.length - 1) {
      throw new UserError(`${where}: expected a JSON object, found ${line === "" ? "nothing" : shown(line)}.`);
    }
  }
  return records;
}

/** The object that a line holds; undefined if it holds none. */
function parseRecord(line: string): object | undefined {
  try {
    const value = fromJson(line, "");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
