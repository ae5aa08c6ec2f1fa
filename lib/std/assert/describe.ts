import { inspect } from "node:util";

/** A value as a failed assertion shows it: long arrays and deep objects are cut. */
export function describe(value: unknown): string {
  return inspect(value, { depth: 4, maxArrayLength: 20, maxStringLength: 2000, breakLength: 120 });
}

/** The caller's own message as the end of an assertion's. */
export function suffix(msg: string | undefined): string {
  return msg ? `: ${msg}` : ".";
}
