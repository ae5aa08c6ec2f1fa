/**
 * Parses an integer.
 *
 * @param where The position, for the error message: `bunny.obj, line 12`.
 * @throws {Error} If the word is not an integer.
 */
export function integerOf(word: string | undefined, where: string): number {
  const value = word === undefined || !/^[-+]?\d+$/.test(word) ? NaN : Number(word);
  if (Number.isSafeInteger(value)) return value;
  throw new Error(`${where}: expected a whole number, found ${describeWord(word)}.`);
}

/** Formats a word for an error message: shortened, in quotes, without control characters. */
export function describeWord(word: string | undefined): string {
  if (word === undefined || word === "") return "nothing";
  const clean = word.slice(0, 25).replace(/[^\x20-\x7e\xa0-\xff]/g, "?");
  return `"${clean.length > 24 ? `${clean.slice(0, 24)}…` : clean}"`;
}

/** Formats a name from a file for an error message: in quotes if it is not a plain word. */
export function describeName(name: string): string {
  return /^\w{1,24}$/.test(name) ? name : describeWord(name);
}
