import type { Measurement, Result } from "./measurement.ts";

/** A finished part: what one measurement found at one moment. */
export interface Part extends Result<unknown> {
  /** The name of the measurement. */
  readonly measurement: string;
}

/** The results of a measurement among finished parts. */
export function resultsOf<R>({ name }: Measurement<R>, parts: readonly Part[]): Result<R>[] {
  return parts.filter(({ measurement }) => measurement === name) as Result<unknown>[] as Result<R>[];
}
