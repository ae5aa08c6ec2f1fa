import { describeFileKind, isUnknownKind } from "../../codec/file_kind.ts";
import { printable } from "./printable.ts";

/** The most bytes of a JSON file: 256 MiB. */
const LARGEST = 2 ** 28;

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
 * @throws {Error} If the file is not JSON or longer than 256 MiB. The message does not quote the file.
 */
export function parseJson(bytes: Uint8Array, where: string): unknown {
  if (bytes.length > LARGEST) throw new Error(`${where}: expected at most ${LARGEST} bytes, found ${bytes.length}.`);
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const place = /\(line (\d+) column (\d+)\)/.exec((cause as Error).message);
    const at = place === null
      ? kindOf(bytes, text, cause as Error)
      : `an error in line ${place[1]}, column ${place[2]}`;
    const hint = /[[,:]\s*-?(NaN|Infinity)\b/.test(text) ? "; NaN and Infinity are not JSON" : "";
    throw new Error(`${where}: expected JSON, found ${at}${hint}.`, { cause });
  }
}

/** What a file is instead of JSON. */
function kindOf(bytes: Uint8Array, text: string, { message }: Error): string {
  if (text.trim() === "") return "nothing";
  if (message.includes("end of JSON")) return "a text that ends too early";
  const kind = describeFileKind(bytes);
  return isUnknownKind(kind) || /^\s*[[{]/.test(text) ? "text of another kind" : kind;
}

/** Describes a value for an error message: in bounded length, without control characters, and without its parts if it has any. */
export function shown(value: unknown): string {
  if (value === undefined) return "none";
  if (typeof value === "string") return `"${printable(value)}"`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return isRecord(value) ? "an object" : String(value);
}
