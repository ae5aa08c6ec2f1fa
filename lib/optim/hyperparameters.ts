/**
 * Checks hyper-parameters.
 *
 * @param optimizer Named in the error.
 * @param ranges For each hyper-parameter its value and its range, for instance `[0.9, "≥", 0, "<", 1]`; no upper bound
 *   means any finite number.
 * @throws With the name, the range and the offending value.
 */
export function checkRanges(
  optimizer: string,
  ranges: Readonly<Record<string, readonly [number, "≥" | ">", number, ("<" | "≤")?, number?]>>,
): void {
  for (const [name, [value, lowKind, low, highKind = "<", high = Infinity]] of Object.entries(ranges)) {
    const above = lowKind === ">" ? value > low : value >= low;
    const below = highKind === "<" ? value < high : value <= high;
    if (above && below) continue;
    const upper = high === Infinity ? "" : ` and ${highKind} ${high}`;
    throw new Error(`${optimizer}: ${name}: a number ${lowKind} ${low}${upper} expected, ${value} found.`);
  }
}

/** Checks that hyper-parameters are whole numbers. */
export function checkWhole(optimizer: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isInteger(value)) throw new Error(`${optimizer}: ${name}: a whole number expected, ${value} found.`);
  }
}

/** 1 − βᵗ, exact also for β near 1 and small t. */
export function decayed(beta: number, t: number): number {
  return beta === 0 ? 1 : -Math.expm1(t * Math.log(beta));
}
