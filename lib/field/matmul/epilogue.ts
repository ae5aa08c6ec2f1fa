import type { BufferLike } from "../../gpu/buffer.ts";
import type { Activation } from "../activation.ts";

/** A forward product that also stores A = a(Z). */
export interface Activate {
  /** Of one map. */
  readonly activation: Activation;
  /** Columns that exist; the others become 0. */
  readonly real: number;
  /** A, as large as Z. */
  readonly a: BufferLike;
}

/** An adjoint product that stores X̄ ⊙ a′(Z), Z the preactivations of the layer whose activation X is. */
export interface Derive {
  /** Of one map. */
  readonly activation: Activation;
  /** Z, as large as X̄. */
  readonly below: BufferLike;
}

/** Whether an activation can be applied entry by entry where a product is stored. */
export function isFusable({ text, maps }: Activation): boolean {
  return text !== undefined && maps.length === 1;
}

/** Uniforms of a fused activation, zeros without one. */
export function activationUniforms(activation: Activation | undefined): { p0: number; p1: number } {
  const [p0, p1] = activation?.constants ?? [0, 0];
  return { p0, p1 };
}
