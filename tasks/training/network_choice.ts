import { UserError } from "../shell/user_error.ts";

/** What a network applies: an activation of the registry, and an encoding of the registry or "none". */
interface NetworkChoice {
  readonly activation: string;
  readonly encoding: string;
}

/** Values of `--activation` that choose an encoding too. */
export const SHORTHANDS: Readonly<Record<string, NetworkChoice>> = {
  "relu-pe": { activation: "relu", encoding: "positional" },
};

/**
 * The activation and the encoding that the options choose, shorthands replaced.
 *
 * @throws {UserError} If a shorthand and `--encoding` contradict each other.
 */
export function networkChoice(values: { readonly activation: string; readonly encoding?: string }): NetworkChoice {
  const { activation, encoding } = values;
  if (!Object.hasOwn(SHORTHANDS, activation)) return { activation, encoding: encoding ?? "none" };
  const meant = SHORTHANDS[activation];
  if (encoding !== undefined && encoding !== meant.encoding) {
    throw new UserError(
      `--encoding: expected ${meant.encoding}, which --activation ${activation} stands for, found "${encoding}".`,
    );
  }
  return meant;
}

/** What the options choose in a word: the shorthand if there is one, such as "relu-pe"; otherwise "sine" or "sine+positional". */
export function networkName(values: { readonly activation: string; readonly encoding?: string }): string {
  const { activation, encoding } = networkChoice(values);
  if (encoding === "none") return activation;
  const shorthand = Object.entries(SHORTHANDS).find(([, meant]) => {
    return meant.activation === activation && meant.encoding === encoding;
  });
  return shorthand?.[0] ?? `${activation}+${encoding}`;
}

/** What a table has for the network that the options choose: for it, or its activation with any encoding, or any other. */
export function byNetwork<T>(
  table: Readonly<Record<string, T>> & { readonly other: T },
  values: { readonly activation: string; readonly encoding?: string },
): T {
  return table[networkName(values)] ?? table[networkChoice(values).activation] ?? table.other;
}
