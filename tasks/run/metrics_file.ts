/**
 * Files of records, one JSON object per line. They grow during a run, and may end with an incomplete line if the process was killed.
 *
 * @module
 */

import { writeWhole } from "./atomic.ts";
import { fromJson } from "./json.ts";

/** One line of a metrics file: values, mostly numbers, by name. */
export type MetricsRecord = Record<string, unknown>;

/**
 * Appends a line. If writing fails, for instance because the disk is full, the file is restored.
 *
 * @param path The file; it is created if it does not exist.
 * @param line The line without its line break.
 * @throws {Error} If the line cannot be written.
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
 * Reads all records. An incomplete last line is ignored.
 *
 * @param path The file; if it does not exist, there are no records.
 * @throws {Error} If a line other than the last is not a JSON object.
 */
export async function readMetrics(path: string): Promise<MetricsRecord[]> {
  return (await readLines(path)).map(({ record }) => record);
}

/**
 * Removes records from the file. The lines of the others stay unchanged.
 *
 * @param path The file; it need not exist.
 * @param keep Returns whether a record stays.
 * @throws {Error} If a line other than the last is not a JSON object.
 */
export async function truncateMetrics(path: string, keep: (record: MetricsRecord) => boolean): Promise<void> {
  const before = await readText(path);
  const after = (await readLines(path)).filter(({ record }) => keep(record)).map(({ line }) => `${line}\n`).join("");
  if (after !== before) await writeWhole(path, after);
}

/**
 * Removes an incomplete last line, so that the next record begins on a line of its own.
 *
 * @param path The file; it need not exist.
 * @throws {Error} If a line other than the last is not a JSON object.
 */
export function repairMetrics(path: string): Promise<void> {
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
