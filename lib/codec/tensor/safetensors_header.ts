/** The most arrays and objects inside each other in a header; the format needs 3. */
const DEEPEST = 8;

const [QUOTE, COLON, OPENING, CLOSING] = [0x22, 0x3a, 0x7b, 0x7d];

/**
 * Parses the header of a safetensors file.
 *
 * @param bytes The header alone.
 * @param name The name of the file in error messages.
 * @returns Its members, each with its name.
 * @throws {Error} If it is no JSON object in UTF-8, is nested too deeply, or an object in it has two members of one name.
 */
export function parseHeader(bytes: Uint8Array, name: string): [string, unknown][] {
  const { deepest, members } = countNesting(bytes);
  if (deepest > DEEPEST) {
    throw new Error(`${name}: expected at most ${DEEPEST} levels of JSON in the header, found ${deepest}.`);
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    const begin = new TextDecoder("latin1").decode(bytes.subarray(0, 24));
    throw new Error(`${name}: expected JSON in UTF-8 as header, found a text that begins with ${describe(begin)}.`, {
      cause,
    });
  }
  if (!isObject(header)) throw new Error(`${name}: the header must be a JSON object, found ${describe(header)}.`);
  const entries = Object.entries(header);
  // Of members with the same name, only the last one is in the object.
  if (entries.reduce((sum, [, value]) => sum + countMembers(value), entries.length) !== members) {
    throw new Error(
      `${name}: expected a header with each name once in an object, found ${describe(repeatedName(bytes))} twice.`,
    );
  }
  return entries;
}

/**
 * Walks through a JSON text.
 *
 * @param visit Gets the position of each bracket and colon outside of strings, and of the closing quote of each string with that of its
 * opening quote.
 */
function walk(json: Uint8Array, visit: (at: number, begin: number) => void): void {
  const escape = 0x5c;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === QUOTE) {
      const begin = at;
      while (++at < json.length && json[at] !== QUOTE) if (json[at] === escape) at++;
      visit(at, begin);
    } else if (byte === COLON || isOpening(byte) || isClosing(byte)) visit(at, at);
  }
}

/** Square brackets are 0x20 less than curly ones. */
function isOpening(byte: number): boolean {
  return (byte | 0x20) === OPENING;
}

function isClosing(byte: number): boolean {
  return (byte | 0x20) === CLOSING;
}

/** The levels of arrays and objects inside each other in a JSON text, and the members of all its objects. */
function countNesting(json: Uint8Array): { deepest: number; members: number } {
  let [depth, deepest, members] = [0, 0, 0];
  walk(json, (at) => {
    const byte = json[at];
    if (isOpening(byte)) deepest = Math.max(deepest, ++depth);
    else if (isClosing(byte)) depth--;
    else if (byte === COLON) members++;
  });
  return { deepest, members };
}

/** The members of all objects in a value of JSON. */
function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const entry of value) count += countMembers(entry);
  } else {
    for (const key of Object.keys(value)) count += 1 + countMembers((value as Record<string, unknown>)[key]);
  }
  return count;
}

/** The first name that an object of a JSON text, which was parsed, has twice. */
function repeatedName(json: Uint8Array): unknown {
  const objects: Set<unknown>[] = [];
  let name: unknown, repeated: unknown;
  walk(json, (at, begin) => {
    const byte = json[at];
    if (byte === QUOTE && repeated === undefined) {
      name = JSON.parse(new TextDecoder().decode(json.subarray(begin, at + 1)));
    } else if (byte === OPENING) objects.push(new Set());
    else if (byte === CLOSING) objects.pop();
    else if (byte === COLON) {
      if (objects.at(-1)?.has(name)) repeated ??= name;
      objects.at(-1)?.add(name);
    }
  });
  return repeated;
}

/** Whether a value of JSON is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Formats a value for an error message: shortened, without control characters. */
export function describe(value: unknown): string {
  const text = (JSON.stringify(value) ?? "nothing").replace(/[^\x20-\x7e\xa0-\xff]/g, "?");
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
