/** The most characters of a name from a file that a message shows. */
const MOST = 200;

/**
 * A name or a text from a file as a message may show it: characters that a terminal would obey or not show (control characters, changes
 * of the writing direction, line separators) are written as their number, and a long text is shortened in its middle.
 *
 * @param most The most characters that are shown.
 */
export function printable(text: string, most: number = MOST): string {
  const short = text.length > most ? `${text.slice(0, most / 2)}…${text.slice(-most / 2)}` : text;
  return short.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return `\\u{${code}}`;
  });
}
