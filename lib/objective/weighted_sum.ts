import { OBJECTIVE } from "../hyperparameter/arguments.ts";
import { checkMember, checkMembers, LIST, type Member, NUMBER, optional } from "../hyperparameter/members.ts";
import { checkRange } from "../hyperparameter/range.ts";
import { type Objective, targetsOf } from "./objective.ts";

const TERM: { readonly [Name in keyof Term]: Member } = { objective: OBJECTIVE, weight: optional(NUMBER) };

/**
 * A weighted sum of objectives that read different outputs of one field, or one the values and others the derivatives of the same output. Weights
 * are 1 by default.
 *
 * @throws If there is no term, a weight is none that single precision can hold, or two terms have different numbers of rows for each sample. Later, when the sum is used, if two
 * terms read the values of the same output, two of the same name read its derivatives, or terms need derivatives by different inputs.
 */
export function weightedSum(given: readonly { readonly objective: Objective; readonly weight?: number }[]): Objective {
  checkMember("weightedSum", given, { ...LIST, expected: "a list of terms, each with an objective" });
  for (const [i, term] of given.entries()) {
    checkMembers(`weightedSum: term ${i}`, term, TERM);
    if (term.weight !== undefined) checkRange(`weightedSum: term ${i}: weight`, term.weight, { type: "number" });
  }
  const terms = flattened(given);
  if (terms.length === 0) throw new Error("weightedSum: expected at least one term, found none.");
  const rowsPerSample = terms[0].objective.rowsPerSample ?? 1;
  const other = terms.find(({ objective }) => (objective.rowsPerSample ?? 1) !== rowsPerSample);
  if (other !== undefined) {
    throw new Error(
      `weightedSum: expected samples of ${rowsPerSample} rows, as in the first term, ` +
        `found ${other.objective.rowsPerSample ?? 1} in ${other.objective.name}.`,
    );
  }
  const sum: Objective = {
    name: "weightedSum",
    rowsPerSample,
    reads(description) {
      const all = new Map<string, number>();
      const parts = new Set<string>();
      for (const { objective } of terms) {
        for (const [output, width] of objective.reads(description)) {
          // Terms that read derivatives add to the adjoints of others; two of one kind would share their random signs.
          const part = objective.derivativesBy === undefined
            ? output
            : `the derivatives of ${output} for ${objective.name}`;
          if (parts.has(part)) {
            throw new Error(`weightedSum: expected different outputs, found two terms that read ${part}.`);
          }
          parts.add(part);
          all.set(output, width);
        }
      }
      return all;
    },
    ...terms.some(({ objective }) => objective.derivativesBy !== undefined) && {
      derivativesBy(description) {
        const inputs = terms.flatMap(({ objective }) => objective.derivativesBy?.(description) ?? []);
        const other = inputs.find((input) => input !== inputs[0]);
        if (other === undefined) return inputs[0];
        throw new Error(
          `weightedSum: expected terms that need derivatives by one input, found ${inputs[0]} and ${other}.`,
        );
      },
    },
    targets: (description) => new Map(terms.flatMap(({ objective }) => [...targetsOf(objective, description)])),
    record(pass) {
      terms.forEach(({ objective, weight }, i) => {
        if (pass.product === "gaussNewtonSample" && weight < 0) {
          throw new Error(
            `weightedSum: expected weights ≥ 0 for samples of the Gauss-Newton matrix, found ${weight} for ${objective.name}.`,
          );
        }
        objective.record({ ...pass, weight: pass.weight * weight, add: pass.add || i > 0 });
      });
    },
  };
  sums.set(sum, terms);
  return sum;
}

/** One term of a sum. */
interface Term {
  readonly objective: Objective;
  readonly weight: number;
}

/** The terms of the sums that were made, none of which is a sum itself. */
const sums = new WeakMap<Objective, readonly Term[]>();

/** All terms, those of sums among them included. Those that read derivatives come last, because they add to what others write. */
function flattened(given: readonly { readonly objective: Objective; readonly weight?: number }[]): Term[] {
  const terms = given.flatMap(({ objective, weight = 1 }) => {
    const inner = sums.get(objective) ?? [{ objective, weight: 1 }];
    return inner.map((term) => ({ ...term, weight: weight * term.weight }));
  });
  const derived = ({ objective }: Term) => objective.derivativesBy !== undefined;
  return [...terms.filter((term) => !derived(term)), ...terms.filter(derived)];
}
