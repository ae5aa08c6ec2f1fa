import { createHash } from "node:crypto";
import { UserError } from "../shell/user_error.ts";

interface Digested {
  readonly digest?: unknown;
}

/** A short hash, by which different data can be told apart. The order of the data counts. */
export function digestOfData(
  parts: readonly (string | Float32Array | Float64Array | Uint32Array | Uint8Array)[],
): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex").slice(0, 16);
}

/**
 * Checks that the data of a resumed run are those with which it began, where their size is. Runs of earlier versions have no digest, and go on.
 *
 * @param began What the run's `config.json` has about its data.
 * @param now The same about the data that were read now.
 * @param what The name of the file, and what it holds, for the message.
 * @throws {UserError} If their digests differ.
 */
export function checkDigest(
  began: Digested,
  now: unknown,
  what: { readonly name: string; readonly data: string },
): void {
  if (began.digest === undefined || began.digest === (now as Digested).digest) return;
  throw new UserError(`${what.name}: expected ${what.data} with which the run began, found other values.`);
}
