import type { FieldDescription } from "../field/description.ts";
import { descriptionDifference } from "../field/description_difference.ts";

/** Thrown when a checkpoint is whole but belongs to another field or optimizer than the one that is to be restored. */
export class CheckpointMismatchError extends Error {
  /** The error's name, which distinguishes it from other errors. */
  override readonly name = "CheckpointMismatchError";
}

/**
 * Checks that a file's field is the one that a description makes. Bounds of initial weights do not count.
 *
 * @param stored The description in the file, as JSON.
 * @param name The name of the file in error messages.
 * @throws {CheckpointMismatchError} If it is another field; the message names the first part that differs.
 */
export function checkSameField(stored: string, description: FieldDescription, name: string): void {
  const different = differenceOf(stored, description, name);
  if (different === undefined) return;
  const { where, expected, found } = different;
  throw new CheckpointMismatchError(
    `${name}: expected a field with ${expected} as ${where}, found one with ${found}: the file is of another field.`,
  );
}

function differenceOf(stored: string, description: FieldDescription, name: string) {
  try {
    return descriptionDifference(stored, description);
  } catch (cause) {
    throw new Error(`${name}, field: expected a field description in JSON, found a text that is none.`, { cause });
  }
}
