import { differentiate } from "../../../lib/diff/passes.ts";
import { Workspace } from "../../../lib/diff/workspace.ts";
import type { DeviceBatch } from "../../../lib/curvature/operator.ts";
import { createVector } from "../../../lib/linalg/vector.ts";
import type { OptimizerPreconditioner } from "../../../lib/optim/preconditioner.ts";
import type { Subject } from "../subject.ts";

/** The preconditioner of a run's optimizer at a checkpoint. The caller must dispose it. */
interface OwnPreconditioner extends Disposable {
  /** The optimizer's name. */
  readonly optimizer: string;
  /** Undefined if the optimizer divides by no symmetric positive definite matrix. */
  readonly preconditioner?: OptimizerPreconditioner;
}

/** Restores the optimizer of a checkpoint, and takes its preconditioner at the gradient of a batch. */
export async function ownPreconditioner({ moment }: Subject, batch: DeviceBatch): Promise<OwnPreconditioner> {
  const { field, input: { objective } } = moment;
  using made = new DisposableStack();
  const optimizer = made.use(moment.restoreOptimizer!());
  const workspace = made.use(new Workspace(field, objective, { samples: batch.samples, products: false }));
  const gradient = made.use(createVector(field.gpu, field.layout, "gradient"));
  differentiate(workspace, { ...batch, gradient });
  const preconditioner = await optimizer.preconditioner(gradient);
  if (preconditioner !== undefined) made.use(preconditioner);
  const owned = made.move();
  return { optimizer: optimizer.spec.name, preconditioner, [Symbol.dispose]: () => owned.dispose() };
}
