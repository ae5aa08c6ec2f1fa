import { mismatch, number, object, type Shape } from "../shell/shape.ts";

/** One line of `metrics.jsonl`: the step, and values by name, mostly numbers. */
export type MetricsRecord = Readonly<Record<string, number | string | boolean>> & { readonly step: number };

/** The shape of a line of `metrics.jsonl`. */
export const metricsShape: Shape<MetricsRecord> = (found) => {
  const fault = object({ step: number({ whole: true, min: 0 }) })(found);
  if (fault !== undefined) return fault;
  const other = Object.entries(found as object).find(([, value]) =>
    !["number", "string", "boolean"].includes(typeof value)
  );
  return other === undefined ? undefined : mismatch([other[0]], "a number, a text, true or false", other[1]);
};
