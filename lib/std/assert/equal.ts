import { isDeepStrictEqual } from "node:util";

/**
 * Whether two values are deeply equal, as the published package has it: NaN equals NaN, 0 equals −0, a regular expression
 * or URL equals one with the same text, and an object without prototype equals a plain one.
 */
export function equal(c: unknown, d: unknown): boolean {
  return compare(c, d, new Map());
}

/** `pairs` holds the pairs under comparison, so that cyclic values end. */
function compare(a: unknown, b: unknown, pairs: Map<unknown, unknown>): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (ArrayBuffer.isView(a) || ArrayBuffer.isView(b)) return equalViews(a, b);
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if ((a instanceof RegExp && b instanceof RegExp) || (a instanceof URL && b instanceof URL)) return `${a}` === `${b}`;
  if ((a.constructor ?? Object) !== (b.constructor ?? Object)) return false;
  if (pairs.get(a) === b) return true;
  pairs.set(a, b);
  if (a instanceof Map && b instanceof Map) {
    return equalCollections([...a], [...b], (key) => b.has(key) ? [key, b.get(key)] : undefined, pairs);
  }
  if (a instanceof Set && b instanceof Set) {
    return equalCollections(
      [...a].map((key) => [key, key]),
      [...b].map((key) => [key, key]),
      (key) => b.has(key) ? [key, key] : undefined,
      pairs,
    );
  }
  if (a instanceof ArrayBuffer || a instanceof WeakMap || a instanceof WeakSet) return isDeepStrictEqual(a, b);
  const keys = Reflect.ownKeys(a).filter((key) => Object.prototype.propertyIsEnumerable.call(a, key));
  const others = Reflect.ownKeys(b).filter((key) => Object.prototype.propertyIsEnumerable.call(b, key));
  if (keys.length !== others.length) return false;
  // An error's message is no enumerable property, yet two errors with different ones are not equal.
  if (a instanceof Error && b instanceof Error && a.message !== b.message) return false;
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && compare(Reflect.get(a, key), Reflect.get(b, key), pairs));
}

/** Element by element in a plain loop: parameters and gradients have millions of entries. */
function equalViews(a: unknown, b: unknown): boolean {
  const left = a as Float64Array, right = b as Float64Array;
  if (left.constructor !== right.constructor || left.length !== right.length) return false;
  if (left.length === undefined) return isDeepStrictEqual(a, b); // a DataView
  for (let i = 0; i < left.length; i++) {
    if (left[i] !== right[i] && !(Number.isNaN(left[i]) && Number.isNaN(right[i]))) return false;
  }
  return true;
}

type Entry = [key: unknown, value: unknown];

/** Entries in any order: by the key itself where it is there, else by a deeply equal entry. */
function equalCollections(
  a: Entry[],
  b: Entry[],
  find: (key: unknown) => Entry | undefined,
  pairs: Map<unknown, unknown>,
): boolean {
  return a.length === b.length && a.every((entry) => {
    const same = find(entry[0]);
    if (same) return compare(entry[1], same[1], pairs);
    return b.some((other) => compare(entry[0], other[0], new Map()) && compare(entry[1], other[1], new Map()));
  });
}
