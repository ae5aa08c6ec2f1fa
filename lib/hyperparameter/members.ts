import { nearestName } from "./nearest_name.ts";

/** What a member of an object of options must be. */
export interface Member {
  /** How messages call it, such as "a list". */
  readonly expected: string;
  /** Whether a value is one. */
  readonly holds: (value: unknown) => boolean;
  /** Whether the member may be left out. */
  readonly optional?: boolean;
}

/** A list. */
export const LIST: Member = { expected: "a list", holds: Array.isArray };

/** A number. */
export const NUMBER: Member = { expected: "a number", holds: (value) => typeof value === "number" };

/** A text, such as a name. */
export const TEXT: Member = { expected: "a text", holds: (value) => typeof value === "string" };

/** An object that has these methods or members, such as an activation or a device. */
export function objectWith(expected: string, ...names: readonly string[]): Member {
  return {
    expected,
    holds: (value) => typeof value === "object" && value !== null && names.every((name) => name in value),
  };
}

/** One of several texts. */
export function oneOf(texts: readonly string[]): Member {
  const expected = texts.map((text) => JSON.stringify(text)).join(" or ");
  return { expected, holds: (value) => texts.some((text) => text === value) };
}

/** The same member, but one that may be left out. */
export function optional(member: Member): Member {
  return { ...member, optional: true };
}

/** The names of all options of a type: one that is missing, or is none of them, does not compile. */
export type OptionNames<Options> = { readonly [Name in keyof Options]-?: true };

/**
 * Checks that an object of options has no others than these, so that a misspelt one is not ignored. Every function that takes options calls
 * this or {@linkcode checkMembers} before anything else.
 *
 * @param owner Whose options they are; it stands at the beginning of every message.
 * @param given What was given.
 * @param names The options that there are.
 * @throws If it is no object, or has an option that does not exist.
 */
export function checkOptions<Options>(owner: string, given: Options, names: OptionNames<Options>): void {
  checkMember(owner, given, { expected: "an object of options", holds: isObject });
  for (const name of Object.keys(given as object)) {
    if (Object.hasOwn(names, name)) continue;
    const meant = nearestName(name, Object.keys(names));
    const hint = meant === undefined ? `there are ${Object.keys(names).join(", ")}.` : `did you mean ${meant}?`;
    throw new Error(`${owner}: ${name}: there is no such option; ${hint}`);
  }
}

/**
 * Checks an object of options, so that a mistake of a caller without types is a sentence and not an error somewhere inside.
 *
 * @param owner Whose options they are; it stands at the beginning of every message.
 * @param given What was given.
 * @param members The members that it has.
 * @throws If a member is missing, is something else, or does not exist.
 */
export function checkMembers<Options>(
  owner: string,
  given: Options,
  members: { readonly [Name in keyof Options]-?: Member },
): void {
  const declared: Readonly<Record<string, Member>> = members;
  const names = Object.fromEntries(Object.keys(declared).map((name) => [name, true]));
  checkOptions(owner, given, names as OptionNames<Options>);
  for (const [name, member] of Object.entries(declared)) {
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined || !member.optional) checkMember(`${owner}: ${name}`, value, member);
  }
}

/** Throws if a value is not what it must be. */
export function checkMember(what: string, value: unknown, { expected, holds }: Member): void {
  if (!holds(value)) throw new Error(`${what}: expected ${expected}, found ${foundText(value)}.`);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as messages show it: short ones as they are, others by their kind. */
function foundText(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) {
    return typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : String(value);
  }
  if (Array.isArray(value)) return "a list";
  const { constructor } = value;
  return constructor === Object || constructor === undefined ? "an object" : `a ${constructor.name}`;
}
