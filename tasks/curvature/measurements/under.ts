/** What conditions a run's Hessian: nothing, one of three diagonals, or what the run's optimizer divides by. */
export const PRECONDITIONERS = ["none", "equilibrated", "Jacobi", "Gauss-Newton", "own"] as const;

/** One of them. */
export type PreconditionerName = typeof PRECONDITIONERS[number];

/** Its name in tables and plots: "equilibrated", "own (adam)". */
export function nameOf(preconditioner: PreconditionerName, optimizer: string): string {
  return preconditioner === "own" ? `own (${optimizer})` : preconditioner;
}

/** Its name in a sentence: "without a preconditioner", "under Jacobi", "under what adam divides by". */
export function phraseOf(preconditioner: PreconditionerName, optimizer: string): string {
  if (preconditioner === "none") return "without a preconditioner";
  return `under ${preconditioner === "own" ? `what ${optimizer} divides by` : preconditioner}`;
}
