/** A part of the closing measurements. */
export interface ClosingPart {
  readonly name: string;
  /** About how long the whole part takes. */
  readonly seconds: number;
  /** Whether a piece of it is worth having, such as some of the test views. There is one such part at most. */
  readonly isDivisible?: boolean;
}

/** The seconds of all parts together. */
export function secondsOfParts(parts: readonly ClosingPart[]): number {
  return parts.reduce((sum, { seconds }) => sum + seconds, 0);
}

/**
 * Divides a time among the closing measurements. Parts that must be whole get theirs in the given order, if it fits, and together at most
 * half of the time where another part can use the rest.
 *
 * @returns The seconds for each part by its name, 0 for one that does not fit.
 */
export function divideTime(parts: readonly ClosingPart[], seconds: number): Record<string, number> {
  const divisible = parts.find(({ isDivisible }) => isDivisible);
  const given: Record<string, number> = {};
  let forWhole = divisible === undefined || secondsOfParts(parts) <= seconds
    ? seconds
    : Math.max(seconds / 2, seconds - divisible.seconds);
  for (const { name, seconds, isDivisible } of parts) {
    if (isDivisible) continue;
    given[name] = seconds <= forWhole ? seconds : 0;
    forWhole -= given[name];
  }
  const used = Object.values(given).reduce((sum, part) => sum + part, 0);
  if (divisible !== undefined) given[divisible.name] = Math.max(0, Math.min(divisible.seconds, seconds - used));
  return given;
}
