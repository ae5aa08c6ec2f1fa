import { type Objective, targetsOf } from "./objective.ts";

/**
 * A weighted sum of objectives that read different outputs of one field. Weights are 1 by default.
 *
 * @throws If there is no term, or two terms have different numbers of rows for each sample. Later, when the sum is used, if two
 * terms read the same output.
 */
export function weightedSum(terms: readonly { readonly objective: Objective; readonly weight?: number }[]): Objective {
  if (terms.length === 0) throw new Error("weightedSum: expected at least one term, found none.");
  const rowsPerSample = terms[0].objective.rowsPerSample ?? 1;
  const other = terms.find(({ objective }) => (objective.rowsPerSample ?? 1) !== rowsPerSample);
  if (other !== undefined) {
    throw new Error(
      `weightedSum: expected samples of ${rowsPerSample} rows, as in the first term, ` +
        `found ${other.objective.rowsPerSample ?? 1} in ${other.objective.name}.`,
    );
  }
  return {
    name: "weightedSum",
    rowsPerSample,
    reads(description) {
      const all = new Map<string, number>();
      for (const { objective } of terms) {
        for (const [output, width] of objective.reads(description)) {
          if (all.has(output)) {
            throw new Error(`weightedSum: expected different outputs, found two terms that read ${output}.`);
          }
          all.set(output, width);
        }
      }
      return all;
    },
    targets: (description) => new Map(terms.flatMap(({ objective }) => [...targetsOf(objective, description)])),
    record(pass) {
      terms.forEach(({ objective, weight = 1 }, i) => {
        if (pass.product === "gaussNewtonSample" && weight < 0) {
          throw new Error(
            `weightedSum: expected weights ≥ 0 for samples of the Gauss-Newton matrix, found ${weight} for ${objective.name}.`,
          );
        }
        objective.record({ ...pass, weight: pass.weight * weight, add: pass.add || i > 0 });
      });
    },
  };
}
