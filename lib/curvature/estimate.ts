/** A number with the standard error of its estimate. */
export interface Estimate {
  /** The estimate. */
  readonly value: number;
  /** Its standard error; NaN where it is not known. */
  readonly error: number;
}

/** The mean of independent numbers with its standard error, which is NaN for one number. */
export function estimateOf(numbers: readonly number[]): Estimate {
  const value = numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  const squares = numbers.reduce((sum, each) => sum + (each - value) ** 2, 0);
  return { value, error: Math.sqrt(squares / (numbers.length - 1) / numbers.length) };
}
