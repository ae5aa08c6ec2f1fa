import type { OptimizerSpec } from "../optim/optimizer.ts";

/** So many steps are looked at one by one. */
export const WALKED = 20_000;

/** Steps whose updates take the same time. */
export interface StepKind {
  /** What `OptimizerSpec.kindOf` says of them. */
  readonly kind: string | undefined;
  /** The step with which the latest series of them begins. */
  readonly from: number;
  /** How many there are. */
  readonly count: number;
}

/** The kinds of the steps from `first` on, the most frequent one first. Those are left out that only come much later. */
export function stepKinds({ kindOf }: Pick<OptimizerSpec, "kindOf">, first: number): StepKind[] {
  if (kindOf === undefined) return [{ kind: undefined, from: first, count: Infinity }];
  const kinds = new Map<string, StepKind>();
  let previous: string | undefined;
  for (let step = first; step < first + WALKED; step++) {
    const kind = kindOf(step);
    const { from, count } = kinds.get(kind) ?? { from: step, count: 0 };
    kinds.set(kind, { kind, from: kind === previous ? from : step, count: count + 1 });
    previous = kind;
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count);
}
