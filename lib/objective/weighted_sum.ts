import type { Objective } from "./objective.ts";

/**
 * A sum of objectives that read different outputs of one field.
 *
 * @throws (when used) If two terms read the same output.
 */
export function weightedSum(terms: readonly { readonly objective: Objective; readonly weight?: number }[]): Objective {
  if (terms.length === 0) throw new Error("weightedSum: at least one term expected, none found.");
  return {
    name: "weightedSum",
    reads(description) {
      const all = new Map<string, number>();
      for (const { objective } of terms) {
        for (const [output, width] of objective.reads(description)) {
          if (all.has(output)) throw new Error(`weightedSum: two terms read output ${output}; one each expected.`);
          all.set(output, width);
        }
      }
      return all;
    },
    record(pass) {
      terms.forEach(({ objective, weight = 1 }, i) => {
        objective.record({ ...pass, weight: pass.weight * weight, add: pass.add || i > 0 });
      });
    },
  };
}
