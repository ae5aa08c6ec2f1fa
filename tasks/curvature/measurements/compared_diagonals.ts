import { flag, list, number, object, optional, printable, type Shaped, word } from "../../shell/shape.ts";
import type { Result } from "../measurement.ts";
import { curveShape } from "./quantile_curve.ts";

/** The diagonals with which that of the optimizer is compared. */
export const DIAGONALS = ["√diag G", "diag G", "D^E", "D^J"] as const;
const any = number({ nonFinite: true });

const agreement = object({
  with: word(DIAGONALS),
  /** The correlation of the logarithms. */
  correlation: any,
  /** The median of the optimizer's entry over the other one. */
  medianRatio: any,
  /** The standard deviation of log₁₀ of that ratio. */
  logSpread: any,
  /** ‖own − other‖/√((‖own‖² + ‖other‖²)/2). */
  difference: any,
});

const compared = object({
  /** Whether the other diagonals are those of explicit matrices, and not estimates. */
  exact: flag(),
  agreements: list(agreement, { least: DIAGONALS.length, most: DIAGONALS.length }),
  /** How the optimizer's entries depend on those of diag G and of D^E. */
  overGaussNewton: curveShape,
  overEquilibrated: curveShape,
});

/** A result as it is stored. */
export const ownShape = object({
  optimizer: printable(),
  /** True where the optimizer has no preconditioner that could be compared. */
  none: flag(),
  /** Undefined where the optimizer's preconditioner is not diagonal, or there is none. */
  own: optional(compared),
});

/** How the diagonal of an optimizer compares with others at a checkpoint. */
export type Own = Shaped<typeof ownShape>;

/** What is known of an optimizer's diagonal at one checkpoint. */
export type Compared = Shaped<typeof compared> & { readonly optimizer: string };

/** The results of checkpoints whose optimizer divides by a diagonal. */
export function comparedIn(results: readonly Result<Own>[]): Result<Compared>[] {
  return results.flatMap(({ result: { optimizer, own }, ...of }) =>
    own === undefined ? [] : [{ ...of, result: { optimizer, ...own } }]
  );
}

/** The figures of the agreement with one diagonal, each with a number for every result. */
export function agreementsWith(results: readonly Result<Compared>[], name: typeof DIAGONALS[number]) {
  const found = results.flatMap(({ result: { agreements } }) => agreements.filter((each) => each.with === name));
  const of = (figure: "correlation" | "medianRatio" | "logSpread" | "difference") => found.map((each) => each[figure]);
  return {
    correlation: of("correlation"),
    medianRatio: of("medianRatio"),
    logSpread: of("logSpread"),
    difference: of("difference"),
  };
}
