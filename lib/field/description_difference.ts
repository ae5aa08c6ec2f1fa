import type { FieldDescription } from "./description.ts";
import { descriptionToText, shortValue } from "./description_text.ts";

/** A place where two descriptions differ. */
interface DescriptionDifference {
  /** The place: `layers[0].activation.name`. */
  readonly where: string;
  /** What the description has there, as JSON; "none" for nothing. */
  readonly expected: string;
  /** What the text has there. */
  readonly found: string;
}

/** What a description says about the initial weights only. A field that exists is the same without it. */
const INITIAL = ["weightBound"];

/**
 * Finds the first place where a description's text differs from a description. Bounds of initial weights do not count.
 *
 * @param text The JSON that `descriptionToText` wrote, perhaps of another description.
 * @returns The place; undefined if both describe the same field.
 * @throws {SyntaxError} If the text is no JSON.
 */
export function descriptionDifference(text: string, description: FieldDescription): DescriptionDifference | undefined {
  return difference(JSON.parse(descriptionToText(description)), JSON.parse(text), "");
}

function difference(expected: unknown, found: unknown, where: string): DescriptionDifference | undefined {
  if (!isObject(expected) || !isObject(found) || Array.isArray(expected) !== Array.isArray(found)) {
    return expected === found ? undefined : { where, expected: shown(expected), found: shown(found) };
  }
  const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
  for (const name of names) {
    if (INITIAL.includes(name)) continue;
    const below = Array.isArray(expected) ? `${where}[${name}]` : where === "" ? name : `${where}.${name}`;
    const different = difference(memberOf(expected, name), memberOf(found, name), below);
    if (different !== undefined) return different;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function memberOf(value: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function shown(value: unknown): string {
  return value === undefined ? "none" : shortValue(value);
}
