/**
 * A file of records, one JSON object a line, that grows while a run goes on and may end in half a line when the process
 * was killed.
 *
 * @module
 */

import { writeWhole } from "./atomic.ts";
import { fromJson } from "./json.ts";

/** One line of a metrics file: figures, and perhaps words, by name. */
export type MetricsRecord = Record<string, unknown>;

/**
 * Appends a line. If that fails half-way, as on a full disk, the file is as before.
 *
 * @param path The file, made if missing.
 * @param line The line without its end.
 */
export function appendLine(path: string, line: string): void {
  const bytes = new TextEncoder().encode(`${line}\n`);
  using file = Deno.openSync(path, { append: true, create: true });
  const { size } = file.statSync();
  try {
    for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
  } catch (cause) {
    file.truncateSync(size);
    throw new Error(`${path}: cannot be written: ${(cause as Error).message}.`, { cause });
  }
}

/**
 * Reads all records. A last line that is cut short is passed over; no file means no records.
 *
 * @param path The file.
 * @throws {Error} If a line other than the last is not a JSON object.
 */
export async function readMetrics(path: string): Promise<MetricsRecord[]> {
  return (await readLines(path)).map(({ record }) => record);
}

/**
 * Writes the file anew with only some of its records, their lines unchanged.
 *
 * @param path The file; one that does not exist stays so.
 * @param keep Which records stay.
 * @throws {Error} If a line other than the last is not a JSON object.
 */
export async function truncateMetrics(path: string, keep: (record: MetricsRecord) => boolean): Promise<void> {
  const before = await readText(path);
  const after = (await readLines(path)).filter(({ record }) => keep(record)).map(({ line }) => `${line}\n`).join("");
  if (after !== before) await writeWhole(path, after);
}

/**
 * Removes a last line that was cut short, so that the next record does not continue it.
 *
 * @param path The file; one that does not exist stays so.
 * @throws {Error} If a line other than the last is not a JSON object.
 */
export function mendMetrics(path: string): Promise<void> {
  return truncateMetrics(path, () => true);
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

async function readLines(path: string): Promise<{ line: string; record: MetricsRecord }[]> {
  const lines = (await readText(path)).split("\n");
  if (lines.at(-1) === "") lines.pop();
  const records: { line: string; record: MetricsRecord }[] = [];
  for (const [index, line] of lines.entries()) {
    const record = parseRecord(line);
    if (record !== undefined) records.push({ line, record });
    else if (index < lines.length - 1) {
      throw new Error(`${path}, line ${index + 1}: expected a JSON object, found ${line.slice(0, 40) || "nothing"}.`);
    }
  }
  return records;
}

function parseRecord(line: string): MetricsRecord | undefined {
  try {
    const value = fromJson(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value as MetricsRecord : undefined;
  } catch {
    return undefined;
  }
}
