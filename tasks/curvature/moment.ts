import type { FieldDescription } from "../../lib/field/description.ts";
import type { Field } from "../../lib/field/field.ts";
import type { Optimizer } from "../../lib/optim/optimizer.ts";
import type { TrainingInput } from "../training/training_input.ts";

/** Which moment it is. */
export interface MomentPlan {
  /** What its curves are called: an activation, or runs that differ in the seed only. */
  readonly series: string;
  /** The seed of initialisation and of the batches. */
  readonly seed: number;
  /** The training step; 0 at initialisation. */
  readonly step: number;
}

/** A field at one moment, at initialisation or at a checkpoint, with the input that it is trained on. The caller must dispose it. */
export interface Moment extends MomentPlan, Disposable {
  readonly field: Field;
  readonly input: TrainingInput;
  /** A small field of the same kind, whose Hessian is computed explicitly; undefined for a checkpoint. */
  readonly small?: FieldDescription;
  /** Makes the run's optimizer with the state that the checkpoint has; the caller disposes it. Undefined at initialisation. */
  readonly restoreOptimizer?: () => Optimizer;
}

/** "seed 1" at initialisation, "seed 1, step 400" along a run. */
export function momentText({ step, seed }: MomentPlan): string {
  return step > 0 ? `seed ${seed}, step ${step}` : `seed ${seed}`;
}
