import type { Preconditioner } from "../linalg/preconditioner.ts";
import type { Vector } from "../linalg/vector.ts";

/** What an optimizer divides by at one moment. Steps made after that moment do not change it if it is diagonal. */
export interface OptimizerPreconditioner extends Preconditioner, Disposable {
  /** The entries of D where D is diagonal. */
  readonly diagonal?: Vector;
}

/** The moment for which an optimizer is asked for its preconditioner. */
export interface PreconditionerMoment {
  /** The number of steps made so far. */
  readonly step: number;
  /** The number of observations taken in so far. */
  readonly observations: number;
  /** The gradient at the parameters. Grafting sets the sizes of steps by it. */
  readonly gradient: Vector;
}
