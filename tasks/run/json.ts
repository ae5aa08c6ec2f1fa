/**
 * JSON with non-finite numbers. `JSON.stringify` writes NaN and the infinities as `null`, so a diverged run would look like one
 * that measured nothing. Here they are written as the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, and these strings are read as
 * numbers. Typed arrays are written as plain arrays; keys keep their order.
 *
 * @module
 */

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
 * @throws {SyntaxError} If the text is not JSON.
 */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_key, member) => NON_FINITE.get(member) ?? member);
}
