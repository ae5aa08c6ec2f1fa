import { list, number, object } from "../shell/shape.ts";

/** A divergence after which a run went back to an earlier checkpoint. */
export interface Rollback {
  /** The step at which the divergence was noticed. */
  readonly divergedAt: number;
  /** The learning rate from then on. */
  readonly learningRate: number;
}

/** Rollbacks, as `config.json` has them. */
export const rollbacksShape = list(
  object({ divergedAt: number({ whole: true, min: 1 }), learningRate: number({ min: 0 }) }),
);
