import { isMadeAt } from "./measurement.ts";
import { MEASUREMENTS } from "./measurements.ts";
import type { MomentSource } from "./moment_source.ts";
import type { Part } from "./part.ts";
import { momentText } from "./moment.ts";
import { type Extent, Subject } from "./subject.ts";

/** How the measurements are made. */
interface MeasureOptions {
  readonly extent: Extent;
  /** Ends the measurements. */
  readonly signal: AbortSignal;
  /** Shows what is being measured. */
  readonly say: (what: string) => void;
}

/** Measures all moments and returns the finished parts one by one. */
export async function* measureAll(source: MomentSource, options: MeasureOptions): AsyncGenerator<Part> {
  const { extent, signal, say } = options;
  for (const plan of source.plans) {
    using moment = await source.open(plan);
    using subject = new Subject(moment, extent, signal);
    for (const measurement of MEASUREMENTS.filter((each) => isMadeAt(each, plan, source.along))) {
      signal.throwIfAborted();
      say(`${plan.series}, ${momentText(plan)}: ${measurement.doing}`);
      const result = await measurement.measure(subject);
      yield { ...plan, measurement: measurement.name, parameters: moment.field.parameterCount, result };
    }
  }
}
