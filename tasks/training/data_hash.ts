import { createHash } from "node:crypto";
import { checkShape, object, optional, text } from "../shell/shape.ts";
import { UserError } from "../shell/user_error.ts";

/** What `config.json` may have about the data; runs of earlier versions have no hash. */
export const hashedShape = object({
  dataHash: optional(text({ like: (found) => /^[0-9a-f]{64}$/.test(found), what: "64 hexadecimal digits" })),
});

/** The SHA-256 of the bytes of some parts, one after the other, in hexadecimal digits. */
export function hashOf(parts: readonly (string | Float32Array | Float64Array | Uint8Array | Uint32Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/**
 * Checks that a run goes on with the numbers that it began with. One that was recorded without their hash goes on with any.
 *
 * @param config The run's `config.json`.
 * @param found The hash of what was read now.
 * @param data The file's name, and what its numbers are called, for the message.
 * @throws {UserError} If the numbers are others.
 */
export function checkSameData(
  config: Readonly<Record<string, unknown>>,
  found: string,
  { name, what }: { readonly name: string; readonly what: string },
): void {
  const { dataHash = found } = checkShape(config, hashedShape, "config.json");
  if (dataHash !== found) {
    throw new UserError(`${name}: expected the ${what} that the run began with, found different ones.`);
  }
}
