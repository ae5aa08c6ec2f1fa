/**
 * JSON with non-finite numbers. `JSON.stringify` writes NaN and the infinities as `null`, so a diverged run would look like one
 * that measured nothing. Here they are written as the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, and these strings are read as
 * numbers. Typed arrays are written as plain arrays; keys keep their order.
 *
 * @module
 */

import { checkNoDuplicateKey } from "../shell/duplicate_key.ts";
import { UserError } from "../shell/user_error.ts";

/** The deepest nesting that is read. Reading recurses, so that deeper texts could exhaust the stack. */
const DEEPEST = 64;

/** The most bytes of a file that is read as one value. */
const LARGEST = 1 << 26;

const NON_FINITE = new Map<unknown, number>([["NaN", NaN], ["Infinity", Infinity], ["-Infinity", -Infinity]]);

/**
 * Writes a value as JSON, with non-finite numbers as the strings `"NaN"`, `"Infinity"` and `"-Infinity"`.
 *
 * @param value The value. As with `JSON.stringify`, object members that are `undefined` or functions are left out.
 * @param indent Spaces per level; 0, the default, writes one line.
 * @throws {TypeError} If JSON cannot represent the value (`undefined`, a function), or it contains a bigint or a cycle.
 */
export function toJson(value: unknown, indent = 0): string {
  const text = JSON.stringify(value, (_key, member) => {
    if (typeof member === "number" && !Number.isFinite(member)) return String(member);
    if (ArrayBuffer.isView(member) && !(member instanceof DataView)) {
      return Array.from(member as unknown as ArrayLike<number>);
    }
    return member;
  }, indent);
  if (text === undefined) throw new TypeError(`json: expected a value that can be written, found ${typeof value}.`);
  return text;
}

/**
 * Reads JSON written by {@linkcode toJson}: the strings `"NaN"`, `"Infinity"` and `"-Infinity"` become numbers.
 *
 * @param text The JSON text.
 * @param where The name of the file in error messages.
 * @throws {UserError} If the text is not JSON, or is nested more than 64 levels deep.
 */
export function fromJson(text: string, where = "JSON"): unknown {
  if (depthOf(text) > DEEPEST) {
    throw new UserError(`${where}: expected JSON of at most ${DEEPEST} levels, found more.`);
  }
  try {
    return JSON.parse(text, (_key, member) => NON_FINITE.get(member) ?? member);
  } catch (cause) {
    throw new UserError(`${where}: expected JSON, found ${text.trim() === "" ? "nothing" : faultIn(text, cause)}.`, {
      cause,
    });
  }
}

/**
 * Reads a file that {@linkcode toJson} has written.
 *
 * @throws {UserError} If it cannot be read, is not a regular file, is larger than 64 MiB, or is not JSON.
 */
export async function readJson(path: string): Promise<unknown> {
  return fromJson(await readText(path, LARGEST), path);
}

/**
 * Reads a JSON file that a person has written.
 *
 * @param where The name of the file in the message about a key that it has twice; by default the path.
 * @throws {UserError} If it cannot be read, is not a regular file, is larger than 64 MiB, is not JSON, or an object in it has a key twice.
 */
export async function readUserJson(path: string, where = path): Promise<unknown> {
  const text = await readText(path, LARGEST);
  const value = fromJson(text, path);
  checkNoDuplicateKey(text, where);
  return value;
}

/**
 * Reads a text file of limited size.
 *
 * @param most The most bytes that it may have.
 * @throws {UserError} If it cannot be read, is not a regular file, or is larger. `cause` is the system's error.
 */
export async function readText(path: string, most: number): Promise<string> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw new UserError(`${path}: cannot be read: it is not a file.`);
    if (size > most) throw new UserError(`${path}: expected at most ${most} bytes, found ${size}.`);
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const missing = cause instanceof Deno.errors.NotFound;
    throw new UserError(`${path}: cannot be read: ${missing ? "there is no such file" : (cause as Error).message}.`, {
      cause,
    });
  }
}

/** The deepest nesting of brackets and braces outside strings. */
function depthOf(text: string): number {
  let [depth, deepest, inString] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') inString = !inString;
    else if (inString) at += character === "\\" ? 1 : 0;
    else if (character === "[" || character === "{") deepest = Math.max(deepest, ++depth);
    else if (character === "]" || character === "}") depth--;
  }
  return deepest;
}

/** Where the text stops to be JSON, as far as the parser says it. */
function faultIn(text: string, cause: unknown): string {
  const { message } = cause as Error;
  if (message.includes("end of JSON input")) return "a text that ends too early";
  const position = /at position (\d+)/.exec(message)?.[1];
  return position === undefined
    ? "a mistake"
    : `a mistake in line ${text.slice(0, Number(position)).split("\n").length}`;
}
