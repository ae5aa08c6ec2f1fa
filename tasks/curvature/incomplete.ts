import type { LeftOut } from "./left_out.ts";
import type { MomentPlan } from "./moment.ts";
import { type Part, partKey } from "./part.ts";
import type { MomentParts } from "./plans.ts";

/** How many series are named. */
const NAMED = 4;

/** "Incomplete: 69 of 104 parts are measured; not yet: relu-pe; sine at step 130."; undefined where all are, except what is left out. */
export function incompleteText(
  planned: readonly MomentParts[],
  done: readonly Part[],
  leftOut: readonly LeftOut[],
): string | undefined {
  const out = new Set(leftOut.flatMap(({ plan }) => plan === undefined ? [] : momentKey(plan)));
  const wanted = planned.filter(({ plan }) => !out.has(momentKey(plan)));
  const keys = new Set(done.map(partKey));
  const isDone = ({ plan, measurements }: MomentParts) =>
    measurements.every(({ name }) => keys.has(partKey({ ...plan, measurement: name })));
  const missing = wanted.filter((each) => !isDone(each));
  if (missing.length === 0) return undefined;
  const total = wanted.flatMap(({ plan, measurements }) =>
    measurements.map(({ name }) => partKey({ ...plan, measurement: name }))
  );
  const begun = new Set(done.map(({ series }) => series));
  const names = [...Map.groupBy(missing, ({ plan }) => plan.series)].map(([series, moments]) => {
    if (!begun.has(series)) return series;
    return moments.length === 1 ? nameOf(moments[0].plan) : `${series} at ${moments.length} moments`;
  });
  const more = names.length > NAMED ? `; and ${names.length - NAMED} more` : "";
  return `Incomplete: ${total.filter((key) => keys.has(key)).length} of ${total.length} parts are measured; not yet: ${
    names.slice(0, NAMED).join("; ")
  }${more}.`;
}

function momentKey({ series, seed, step }: MomentPlan): string {
  return `${series}, seed ${seed}, step ${step}`;
}

/** "sine at step 130 (seed 0)", or "sine, seed 0" at initialisation. */
function nameOf({ series, seed, step }: MomentPlan): string {
  return step > 0 ? `${series} at step ${step} (seed ${seed})` : `${series}, seed ${seed}`;
}
