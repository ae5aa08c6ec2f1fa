import type { Measurement, Result } from "./measurement.ts";
import type { MomentPlan } from "./moment.ts";

/** A finished part: what one measurement found at one moment. */
export interface Part extends Result<unknown> {
  /** The name of the measurement. */
  readonly measurement: string;
  /** What the result depended on when it was measured, as the measurement says it; undefined if it says nothing. */
  readonly made?: string;
  /** How long it took. */
  readonly seconds: number;
}

/** Names a part among those of a report: "sine, seed 0, step 0, density". */
export function partKey({ series, seed, step, measurement }: MomentPlan & Pick<Part, "measurement">): string {
  return `${series}, seed ${seed}, step ${step}, ${measurement}`;
}

/** The results of a measurement among finished parts. */
export function resultsOf<R>({ name }: Measurement<R>, parts: readonly Part[]): Result<R>[] {
  return parts.filter(({ measurement }) => measurement === name) as Result<unknown>[] as Result<R>[];
}
