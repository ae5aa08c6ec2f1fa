import { checkIntervals, stepsToRefresh } from "./refresh_intervals.ts";

/** When the factors of rotated matrices and their bases follow. */
export interface RotationSchedule {
  /** The number of steps from one refresh of the bases to the next. */
  readonly basisEvery: number;
  /** The same at the start, from where the interval doubles; `basisEvery` by default. */
  readonly startEvery?: number;
  /** The number of steps between two updates of one factor, counted back from a refresh; 1 by default. */
  readonly factorsEvery?: number;
  /** How many of the last steps before each refresh update factors, the step of the refresh included; all by default. */
  readonly factorsWithin?: number;
}

/** What is due at a step after step 0. */
interface Due {
  /** The sides whose factors are updated. */
  readonly sides: readonly ("left" | "right")[];
  /** Whether the bases are refreshed. */
  readonly refresh: boolean;
}

/** A schedule with its defaults. */
function whole(
  { basisEvery, startEvery = basisEvery, factorsEvery = 1, factorsWithin = basisEvery }: RotationSchedule,
): Required<RotationSchedule> {
  return { basisEvery, startEvery, factorsEvery, factorsWithin };
}

/**
 * Checks that the steps before each refresh update the factors of both sides.
 *
 * @param owner Whose schedule it is; it stands at the beginning of every message.
 * @throws {HyperparameterError} If they do not, or intervals or windows are longer than `basisEvery`.
 */
export function checkSchedule(owner: string, schedule: RotationSchedule): void {
  checkIntervals(owner, "basisEvery", whole(schedule));
}

/** What is due at a step, which is not step 0. */
export function dueAt(step: number, schedule: RotationSchedule): Due {
  const { basisEvery, startEvery, factorsEvery, factorsWithin } = whole(schedule);
  const left = stepsToRefresh(step, { first: startEvery, longest: basisEvery });
  if (left >= factorsWithin) return { sides: [], refresh: false };
  // By turns, so that all steps take as long, and counted back from the refresh, so that both sides have one in its window.
  const turns = { left: 0, right: Math.ceil(factorsEvery / 2) % factorsEvery };
  const sides = (["left", "right"] as const).filter((side) => left % factorsEvery === turns[side]);
  return { sides, refresh: left === 0 };
}

/** The kind of a step with rotated matrices, for `OptimizerSpec.kindOf`. The sides, which take turns, are not told apart. */
export function rotationKind(step: number, schedule: RotationSchedule): string {
  if (step === 0) return "first bases";
  const { sides, refresh } = dueAt(step, schedule);
  return `${sides.length} factors${refresh ? " and a refresh" : ""}`;
}
