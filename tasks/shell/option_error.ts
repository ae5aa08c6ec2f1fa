import { optionSpelling } from "./command.ts";
import { UserError } from "./user_error.ts";

/** The options that a file gives, for messages. */
export interface FileOptions {
  /** The file's name. */
  readonly file: string;
  /** The key of the object that has the options; none where the file itself is that object. */
  readonly key?: string;
  /** The names of those that were taken from it, in camelCase; all by default. */
  readonly names?: ReadonlySet<string>;
}

/** An option that cannot have its value. The message names it as one types it: "--epsilon: expected …". */
export class OptionError extends UserError {
  /**
   * @param option The option's name in camelCase.
   * @param sentence The sentence about it, given how it is named, and how others are.
   */
  constructor(
    readonly option: string,
    readonly sentence: (place: string, spelled: (option: string) => string) => string,
  ) {
    super(sentence(optionSpelling(option), optionSpelling));
  }
}

/** Where a file has an option: "config.json, options.epsilon". */
export function placeInFile({ file, key }: FileOptions, option: string): string {
  return `${file}, ${key === undefined ? "" : `${key}.`}${option}`;
}

/** Does something with options, some of which a file gives: the message about one of these names the file and its key. */
export function withFileOptions<T>(from: FileOptions | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OptionError) || from === undefined || !(from.names?.has(error.option) ?? true)) throw error;
    throw new UserError(error.sentence(placeInFile(from, error.option), (name) => name), { cause: error });
  }
}
