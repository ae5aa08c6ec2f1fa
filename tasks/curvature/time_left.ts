import { mean } from "../shell/statistics.ts";
import { MEASUREMENTS } from "./measurements.ts";
import { type Part, partKey } from "./part.ts";
import type { MomentParts } from "./plans.ts";
import type { Extent } from "./subject.ts";

/** How many parts a report has, how many are finished, and about how long the others take. */
interface Progress {
  readonly parts: number;
  readonly done: number;
  /** Seconds of the next part and of all others after it; undefined before the first part is finished. */
  readonly seconds?: { readonly next: number; readonly others: number };
}

/**
 * Estimates how long the parts take that are not finished yet: as long as the same measurement took in the same series, or else in the other
 * ones. One that has not been made at all is taken to be as fast as the others per unit of work.
 */
export function timeLeft(planned: readonly MomentParts[], done: readonly Part[], extent: Extent): Progress {
  const work = new Map(MEASUREMENTS.map((each) => [each.name, each.work(extent)]));
  const keys = new Set(done.map(partKey));
  const missing = planned.flatMap(({ plan, measurements }) =>
    measurements.map(({ name }) => ({ ...plan, measurement: name }))
  ).filter((part) => !keys.has(partKey(part)));
  const progress = { parts: missing.length + done.length, done: done.length };
  if (done.length === 0) return progress;
  const total = done.reduce((sum, { seconds }) => sum + seconds, 0);
  const perWork = total / done.reduce((sum, { measurement }) => sum + work.get(measurement)!, 0);
  const [next = 0, ...others] = missing.map(({ series, measurement }) => {
    const same = done.filter((part) => part.measurement === measurement);
    const own = same.filter((part) => part.series === series);
    const like = own.length > 0 ? own : same;
    return like.length > 0 ? mean(like.map((part) => part.seconds)) : perWork * work.get(measurement)!;
  });
  return { ...progress, seconds: { next, others: others.reduce((sum, each) => sum + each, 0) } };
}
