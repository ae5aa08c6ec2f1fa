/** A number with the standard error of its estimate. */
export interface Estimate {
  /** The estimate. */
  readonly value: number;
  /** Its standard error; NaN where it is not known. */
  readonly error: number;
}

/**
 * About how large the rounding of a product in 32 bits is, relative to the product: 16 units of the last place, 1e−6. Products of fields
 * are sums along layers and over the batch.
 */
export const PRODUCT_ROUNDING = 16 * 2 ** -24;

/** An estimate whose standard error includes rounding of so much, so that it is not 0 where chance plays no part. */
export function withRounding({ value, error }: Estimate, rounding: number): Estimate {
  return { value, error: Math.hypot(error, rounding) };
}

/** The mean of independent numbers with its standard error, which is NaN for one number. */
export function estimateOf(numbers: readonly number[]): Estimate {
  const value = numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  const squares = numbers.reduce((sum, each) => sum + (each - value) ** 2, 0);
  return { value, error: Math.sqrt(squares / (numbers.length - 1) / numbers.length) };
}
