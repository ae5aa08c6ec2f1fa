/**
 * Shapes of stored files. A shape is declared once; both the check and the type of what was read derive from it.
 *
 * @example
 * ```ts
 * const shape = object({ name: text(), seeds: number({ whole: true, min: 1 }), target: optional(number()) });
 * const { name, seeds } = checkShape(JSON.parse("…"), shape, "settings.json");
 * ```
 *
 * @module
 */

import { UserError } from "./user_error.ts";

/** Characters that a terminal may not print: control and format characters, line separators, and those without a meaning. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/u;

/** Where a value differs from a shape: the keys that lead to it, from the innermost to the outermost, and what was expected. */
interface Fault {
  readonly keys: (string | number)[];
  readonly expected: string;
  readonly found: unknown;
}

/** Checks a value; undefined if it has the shape. The type is that of values of this shape. */
export type Shape<T> = ((found: unknown) => Fault | undefined) & { readonly type?: T };

/** The type of the values of a shape. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

/** Bounds of a number; each may be left out. */
interface NumberBounds {
  readonly whole?: boolean;
  readonly min?: number;
  readonly max?: number;
  /** All values are larger. */
  readonly above?: number;
  /** Whether NaN and the infinities are allowed. */
  readonly nonFinite?: boolean;
}

/**
 * Checks that a value has a shape.
 *
 * @param where The file's name, for the message.
 * @returns The value.
 * @throws {UserError} If it has another shape; the message says where, what was expected and what was found.
 */
export function checkShape<T>(value: unknown, shape: Shape<T>, where: string): T {
  const fault = shape(value);
  if (fault === undefined) return value as T;
  const path = fault.keys.toReversed().map((key, i) => keyText(key, i === 0)).join("");
  throw new UserError(
    `${where}${path === "" ? "" : `, ${path}`}: expected ${fault.expected}, found ${shown(fault.found)}.`,
  );
}

/** Any text; with `like` one of which `like` holds, and `what` says what is expected. */
export function text({ like, what = "a text" }: { like?: (found: string) => boolean; what?: string } = {}): Shape<
  string
> {
  return (found) => typeof found === "string" && (like?.(found) ?? true) ? undefined : fault(what, found);
}

/** A text that can be shown: one without control characters, which could change what a terminal shows. */
export function printable(): Shape<string> {
  return text({ like: (found) => !UNPRINTABLE.test(found), what: "a text without control characters" });
}

/** One of a few words. */
export function word<const W extends string>(words: readonly W[]): Shape<W> {
  const what = words.length === 1 ? words[0] : `one of ${words.join(", ")}`;
  return (found) => words.includes(found as W) ? undefined : fault(what, found);
}

/** True or false. */
export function flag(): Shape<boolean> {
  return (found) => typeof found === "boolean" ? undefined : fault("true or false", found);
}

/** A number, finite unless the bounds allow others. */
export function number(bounds: NumberBounds = {}): Shape<number> {
  const { whole = false, min = -Infinity, max = Infinity, above = -Infinity, nonFinite = false } = bounds;
  return (found) => {
    const right = typeof found === "number" &&
      (nonFinite || whole && Number.isSafeInteger(found) || !whole && Number.isFinite(found) && found > above) &&
      (Number.isNaN(found) || found >= min && found <= max);
    return right ? undefined : fault(numberText(bounds), found);
  };
}

/** A list whose entries all have one shape. */
export function list<T>(of: Shape<T>, { least = 0, most = Infinity } = {}): Shape<readonly T[]> {
  const count = least === most ? `${least}` : least > 0 ? `at least ${least}` : "";
  return (found) => {
    if (!Array.isArray(found) || found.length < least || found.length > most) {
      return fault(`a list${count === "" ? "" : ` of ${count}`}`, found);
    }
    return firstFault(found.entries(), () => of);
  };
}

/** An object with any names, whose members all have one shape. */
export function record<T>(of: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (found) => isObject(found) ? firstFault(Object.entries(found), () => of) : fault("an object", found);
}

/** An object with these members. It may have others, which are not checked. */
export function object<M extends Record<string, Shape<unknown>>>(members: M): Shape<ObjectOf<M>> {
  return (found) => {
    if (!isObject(found)) return fault("an object", found);
    const own = Object.keys(members).map((name) =>
      [name, Object.hasOwn(found, name) ? found[name] : undefined] as const
    );
    return firstFault(own, (name) => members[name]);
  };
}

/** An object with these members and no others, so that a misspelt name is noticed. */
export function exactObject<M extends Record<string, Shape<unknown>>>(members: M): Shape<ObjectOf<M>> {
  const names = Object.keys(members);
  return (found) => {
    const other = isObject(found) ? Object.keys(found).find((name) => !names.includes(name)) : undefined;
    return other === undefined ? object(members)(found) : fault(`no other names than ${names.join(", ")}`, other);
  };
}

/** What has this shape, or is missing. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (found) => found === undefined ? undefined : shape(found);
}

/** Anything. */
export function anything(): Shape<unknown> {
  return () => undefined;
}

type OptionalName<M> = { [K in keyof M]: undefined extends Shaped<M[K]> ? K : never }[keyof M];

/** The type of objects with members of these shapes; those that may be missing are optional. */
type ObjectOf<M> =
  & { readonly [K in Exclude<keyof M, OptionalName<M>>]: Shaped<M[K]> }
  & { readonly [K in OptionalName<M>]?: Shaped<M[K]> };

/** A value from a file as a short text for messages, without line breaks and control characters. */
export function shown(value: unknown): string {
  if (value === undefined) return "none";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value !== "string") return String(value);
  return quoted(value.length > 60 ? `${value.slice(0, 57)}…` : value);
}

/** A text in quotation marks, with all characters that a terminal may not print as escapes. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(new RegExp(UNPRINTABLE, "gu"), (character) => {
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
}

/**
 * The result of a check of one's own that a value does not pass.
 *
 * @param path The keys that lead to the value.
 * @param expected What was expected there.
 * @param found The value.
 */
export function mismatch(path: readonly (string | number)[], expected: string, found: unknown): Fault {
  return { keys: path.toReversed(), expected, found };
}

function fault(expected: string, found: unknown): Fault {
  return mismatch([], expected, found);
}

function firstFault<K extends string | number>(
  entries: Iterable<readonly [K, unknown]>,
  shapeOf: (key: K) => Shape<unknown>,
): Fault | undefined {
  for (const [key, value] of entries) {
    const found = shapeOf(key)(value);
    if (found === undefined) continue;
    found.keys.push(key);
    return found;
  }
}

function keyText(key: string | number, isFirst: boolean): string {
  if (typeof key === "number") return isFirst ? `entry ${key}` : `[${key}]`;
  if (!/^\w{1,60}$/.test(key)) return isFirst ? shown(key) : `[${shown(key)}]`;
  return isFirst ? key : `.${key}`;
}

function numberText({ whole, min, max, above }: NumberBounds): string {
  const what = whole ? "a whole number" : "a number";
  if (above !== undefined) return `${what} above ${above}`;
  if (min !== undefined) return `${what} from ${min}${max === undefined ? "" : ` to ${max}`}`;
  return max === undefined ? what : `${what} of at most ${max}`;
}

function isObject(found: unknown): found is Record<string, unknown> {
  return typeof found === "object" && found !== null && !Array.isArray(found);
}
