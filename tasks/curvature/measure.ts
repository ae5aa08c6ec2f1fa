import { type LeftOut, UnreadableMomentError } from "./left_out.ts";
import type { Measurement } from "./measurement.ts";
import type { Moment, MomentPlan } from "./moment.ts";
import type { MomentSource } from "./moment_source.ts";
import { type Part, partKey } from "./part.ts";
import type { MomentParts } from "./plans.ts";
import { type Extent, Subject } from "./subject.ts";

/** What is measured, and how. */
interface MeasureOptions {
  readonly planned: readonly MomentParts[];
  /** The parts that are finished already. */
  readonly done: readonly Part[];
  readonly extent: Extent;
  /** Ends the measurements. */
  readonly signal: AbortSignal;
  /** Called when a measurement begins. */
  readonly onBegin: (plan: MomentPlan, measurement: Measurement) => void;
  /** Called with a moment that cannot be read and is left out. */
  readonly onLeftOut: (leftOut: LeftOut) => void;
}

/** Makes the measurements that are not finished yet, and returns the finished parts one by one. */
export async function* measureAll(source: MomentSource, options: MeasureOptions): AsyncGenerator<Part> {
  const { planned, extent, signal, onBegin, onLeftOut } = options;
  const done = new Set(options.done.map(partKey));
  for (const { plan, measurements } of planned) {
    const missing = measurements.filter(({ name }) => !done.has(partKey({ ...plan, measurement: name })));
    if (missing.length === 0) continue;
    const opened = await openUnlessUnreadable(source, plan);
    if ("reason" in opened) {
      onLeftOut(opened);
      continue;
    }
    using moment = opened;
    using subject = new Subject(moment, extent, signal);
    for (const measurement of missing) {
      signal.throwIfAborted();
      onBegin(plan, measurement);
      const begin = performance.now();
      const result = await measurement.measure(subject);
      const seconds = (performance.now() - begin) / 1000;
      const { name, made } = measurement;
      yield { ...plan, measurement: name, made, parameters: moment.field.parameterCount, seconds, result };
    }
  }
}

/** Loads a moment, or says why it cannot be read. */
export async function openUnlessUnreadable(source: MomentSource, plan: MomentPlan): Promise<Moment | LeftOut> {
  try {
    return await source.open(plan);
  } catch (error) {
    if (error instanceof UnreadableMomentError) return { plan, reason: error.message };
    throw error;
  }
}
