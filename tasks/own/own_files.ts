import { list, object, printable, type Shaped, text, word } from "../shell/shape.ts";

/** The options that may name a file of a user's own. */
export const OWN_OPTIONS = ["optimizer", "activation", "objective"] as const;

/** What a file of a user's own may define. */
export type OwnOption = typeof OWN_OPTIONS[number];

/** How records name the files of a user's own that something was made with. */
export const ownFilesShape = list(object({
  /** The option that names the file. */
  option: word(OWN_OPTIONS),
  /** The name of what it defines, which stands for it everywhere else. */
  name: printable(),
  /** The file's absolute path. */
  file: text(),
  /** The SHA-256 of its text, in hexadecimal digits. */
  sha256: text({ like: (found) => /^[0-9a-f]{64}$/.test(found), what: "64 hexadecimal digits" }),
}));

/** A file of a user's own. */
export type OwnFile = NonNullable<Shaped<typeof ownFilesShape>>[number];

/** Those that this process has loaded. */
const loaded: OwnFile[] = [];

/** Remembers a file that was loaded. */
export function rememberOwnFile(file: OwnFile): void {
  loaded.push(file);
}

/** The loaded file at this path. */
export function ownFileAt(option: OwnOption, file: string): OwnFile | undefined {
  return loaded.find((each) => each.option === option && each.file === file);
}

/** The names that an option may have in a record: those that are known, and those of the record's own files. */
export function namesInRecord(
  option: OwnOption,
  known: readonly string[],
  ownFiles: readonly OwnFile[] = [],
): string[] {
  return [...new Set([...known, ...ownFiles.filter((each) => each.option === option).map(({ name }) => name)])];
}

/** Whether this process has loaded a record's own files; it has not if its command line names others. */
export function areLoaded(ownFiles: readonly OwnFile[] = []): boolean {
  return ownFiles.every(({ option, file }) => ownFileAt(option, file) !== undefined);
}

/** Names of what something was made with. */
interface UsedNames {
  readonly optimizers?: readonly string[];
  readonly activations?: readonly string[];
  readonly objectives?: readonly string[];
}

/** What a record says of the files that define some of these: `{ ownFiles }`, or `{}` where the library defines all. */
export function ownFilesRecord(names: UsedNames): { readonly ownFiles?: readonly OwnFile[] } {
  const ownFiles = loaded.filter(({ option, name }) => names[`${option}s`]?.includes(name));
  return ownFiles.length === 0 ? {} : { ownFiles };
}

/** The loaded files among some values of options. */
export function ownFilesNamed(values: readonly unknown[]): OwnFile[] {
  return loaded.filter(({ file }) => values.includes(file));
}

/** How a command line names an optimizer, an activation or an objective: by its file if it has one of the user's. */
export function typedName(option: OwnOption, name: string): string {
  return loaded.find((each) => each.option === option && each.name === name)?.file ?? name;
}

/** The value of an option as tables have it: the name of what a file of the user's defines, and any other value as it is. */
export function shownValue<V>(option: string, value: V): V | string {
  return loaded.find((each) => each.option === option && each.file === value)?.name ?? value;
}

/** Whether a word at a command line names a file, or something else that is no name, such as an address. */
export function isFileName(word: string): boolean {
  return /[\\/]|^[a-z]{2,}:|\.[cm]?[jt]sx?$/i.test(word);
}
