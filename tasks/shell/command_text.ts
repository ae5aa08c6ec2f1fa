/** A command with its arguments as it is typed in a shell: arguments are quoted where that is necessary. */
export function commandText(command: string, args: readonly string[]): string {
  return [command, ...args.map(quoted)].join(" ");
}

/** A word as a shell reads it as one word. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
