/** The most arrays and objects inside each other in a header; the format needs 3. */
const DEEPEST = 8;

/**
 * Parses the header of a safetensors file.
 *
 * @param bytes The header alone.
 * @param name The name of the file in error messages.
 * @throws {Error} If it is no JSON object in UTF-8, is nested too deeply, or has two members of one name.
 */
export function parseHeader(bytes: Uint8Array, name: string): Record<string, unknown> {
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
  // Of members with the same name, only the last one is in the object.
  const named = Object.keys(header).length;
  if (named !== members) {
    throw new Error(`${name}: expected a header with each name once, found ${members - named} twice.`);
  }
  return header;
}

/** The levels of arrays and objects inside each other in a JSON text, and the members of the outermost object. */
function countNesting(json: Uint8Array): { deepest: number; members: number } {
  const [quote, escape, colon] = [0x22, 0x5c, 0x3a];
  let [depth, deepest, members, inText] = [0, 0, 0, false];
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    if (inText) {
      if (byte === escape) i++;
      else if (byte === quote) inText = false;
    } else if (byte === quote) inText = true;
    // An opening bracket is 0x5b or 0x7b, a closing one 0x5d or 0x7d.
    else if ((byte | 0x20) === 0x7b) deepest = Math.max(deepest, ++depth);
    else if ((byte | 0x20) === 0x7d) depth--;
    else if (byte === colon && depth === 1) members++;
  }
  return { deepest, members };
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
