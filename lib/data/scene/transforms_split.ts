import { type Json, shown } from "./json_value.ts";
import { printable } from "./printable.ts";
import { plainPath } from "./scene_paths.ts";
import type { Shot } from "./scene.ts";

/** A view with the name that its frame gives. */
export interface NamedShot extends Shot {
  /** The path in its frame, in the form of `plainPath`. */
  readonly given: string;
}

/**
 * Splits the views by the lists of names in the file (nerfstudio); undefined if there are none. The test list names the views that are
 * held out; without it the validation list does, and without both all views outside the training list are held out. The training list
 * names the views to train on; without it these are all views in neither of the other lists.
 *
 * @param where The name of the file in error messages.
 * @throws {Error} If a list is not one of names, or they split the views into none and all, or a view is in two of them.
 */
export function splitNamed(json: Json, shots: readonly NamedShot[], where: string, warnings: string[]) {
  const listed = (key: string): ((shot: NamedShot) => boolean) | undefined => {
    const list = json[key] ?? [];
    if (!Array.isArray(list) || !list.every((name) => typeof name === "string")) {
      throw new Error(`${where}: ${key}: expected a list of names, found ${shown(list)}.`);
    }
    const names = new Set(list.map(plainPath));
    const isNamed = ({ given, path }: NamedShot) => names.has(given) || names.has(plainPath(path));
    if (names.size === 0) return undefined;
    if (shots.some(isNamed)) return isNamed;
    warnings.push(`${where}: none of the pictures in ${key} exists.`);
  };
  const [toTrain, toTest, toValidate] = ["train", "test", "val"].map((part) => listed(`${part}_filenames`));
  const held = toTest ?? toValidate;
  if (toTrain === undefined && held === undefined) return undefined;
  const isHeld = held ?? ((shot: NamedShot) => !toTrain!(shot));
  const isTrained = toTrain ?? ((shot: NamedShot) => !isHeld(shot) && !toValidate?.(shot));
  const [train, test] = [shots.filter(isTrained), shots.filter(isHeld)];
  const twice = train.find(isHeld);
  if (twice !== undefined) {
    throw new Error(
      `${where}: expected views held out from training, but ${printable(twice.name)} is in the lists of both.`,
    );
  }
  if (test.length === 0 || train.length === 0) {
    throw new Error(
      `${where}: expected pictures for training and others for testing in the lists of names, found ${train.length} and ` +
        `${test.length}.`,
    );
  }
  const left = shots.length - test.length - train.length;
  if (left > 0) {
    warnings.push(
      `${where}: ${left} of ${shots.length} pictures are neither in the list for training nor in that for testing.`,
    );
  }
  return { train, test };
}
