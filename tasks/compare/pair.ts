/** A pair of an activation and an optimizer: what a comparison compares. */
export interface Pair {
  readonly activation: string;
  readonly optimizer: string;
}

/** All pairs of a comparison, grouped by activation. */
export function pairsOf(
  { activations, optimizers }: { readonly activations: readonly string[]; readonly optimizers: readonly string[] },
): Pair[] {
  return activations.flatMap((activation) => optimizers.map((optimizer) => ({ activation, optimizer })));
}

/** A pair's name, as file names and tables use it: "gaussian-adam". */
export function pairName({ activation, optimizer }: Pair): string {
  return `${activation}-${optimizer}`;
}
