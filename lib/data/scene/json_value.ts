import { printable } from "./printable.ts";

/** An object of a JSON file. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value read from JSON is an object. */
export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Parses a JSON file.
 *
 * @param where The name of the file in the error message.
 * @throws {Error} If the file is not JSON. The message does not quote the file.
 */
export function parseJson(bytes: Uint8Array, where: string): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const place = /\(line (\d+) column (\d+)\)/.exec((cause as Error).message);
    const at = place === null ? "text of another kind" : `an error in line ${place[1]}, column ${place[2]}`;
    const hint = /[[,:]\s*-?(NaN|Infinity)\b/.test(text) ? "; NaN and Infinity are not JSON" : "";
    throw new Error(`${where}: expected JSON, found ${text.trim() === "" ? "nothing" : at}${hint}.`, { cause });
  }
}

/** Describes a value for an error message: in bounded length, without control characters, and without its parts if it has any. */
export function shown(value: unknown): string {
  if (value === undefined) return "none";
  if (typeof value === "string") return `"${printable(value)}"`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return isRecord(value) ? "an object" : String(value);
}
