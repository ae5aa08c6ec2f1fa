import { SETTINGS_OF } from "./hyperparameters.ts";
import { SHORTHANDS } from "./network_choice.ts";
import type { TrainingValues } from "./options.ts";

/** Options that choose something with settings of its own. */
const CHOICES = Object.keys(SETTINGS_OF) as (keyof typeof SETTINGS_OF)[];

/** Choices on which the defaults of an optimizer's settings depend. */
const BEFORE_OPTIMIZER = ["optimizer", "preset", "activation", "encoding"];

/** Which settings of a file do not go with what the command line chooses. */
interface ReplacedSettings {
  /** Those that are not taken from the file. */
  readonly given: ReadonlySet<string>;
  /** Those whose defaults are not those of the run that the file is of. */
  readonly usual: ReadonlySet<string>;
  /** Those that are taken although something else was chosen beside them. */
  readonly kept: ReadonlySet<string>;
}

/**
 * Finds the settings of a file that belong to something which the command line replaces: a learning rate and hyper-parameters are for the
 * optimizer that they were chosen with. `--optimizer auto` chooses the schedule too, and `--preset` what the task says.
 *
 * @param options.isTyped Whether an option is on the command line.
 * @param options.isReplaced Whether the command line chooses something else by an option than the file does.
 * @param together The options of both; the command line wins.
 * @param ofPreset Options whose defaults depend on `--preset`.
 */
export function replacedSettings(
  { isTyped, isReplaced }: {
    readonly isTyped: (option: string) => boolean;
    readonly isReplaced: (option: string) => boolean;
  },
  together: TrainingValues,
  ofPreset: readonly string[],
): ReplacedSettings {
  const given: string[] = CHOICES.filter(isReplaced).flatMap((option) => SETTINGS_OF[option]);
  if (isReplaced("activation") && Object.hasOwn(SHORTHANDS, together.activation)) given.push("encoding");
  if (isReplaced("preset")) given.push(...SETTINGS_OF.optimizer, ...ofPreset);
  if (isReplaced("optimizer") && together.optimizer === "auto") given.push("schedule");
  if (given.includes("schedule") && !isTyped("schedule")) given.push(...SETTINGS_OF.schedule);
  const isOther = BEFORE_OPTIMIZER.some(isReplaced);
  return {
    given: new Set(given),
    usual: new Set([...given, ...isOther ? SETTINGS_OF.optimizer : []]),
    kept: new Set(isOther ? [...SETTINGS_OF.optimizer, "clipNorm", "schedule", ...SETTINGS_OF.schedule] : []),
  };
}
