/** What the deadline left no time for, each with the command that makes it later. */
export class LeftOut {
  readonly #all: { readonly what: string; readonly command: string }[] = [];

  /** Notes something. */
  add(what: string, command: string): void {
    this.#all.push({ what, command });
  }

  /** What was left out, without the commands. */
  get names(): string[] {
    return this.#all.map(({ what }) => what);
  }

  /** A line for each command. */
  get lines(): string[] {
    return [...Map.groupBy(this.#all, ({ command }) => command)].map(([command, parts]) => {
      return `Left out for the deadline: ${parts.map(({ what }) => what).join("; ")}. To make it: ${command}`;
    });
  }
}
