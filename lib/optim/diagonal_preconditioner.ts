import { multiplyEntries } from "../linalg/multiply_entries.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import { entrywise } from "./entrywise.ts";
import type { OptimizerContext } from "./optimizer.ts";
import type { OptimizerPreconditioner } from "./preconditioner.ts";
import text from "../../wgsl/optim/diagonal_preconditioner.wgsl" with { type: "text" };

const source = { name: "diagonal_preconditioner", text };

/** A diagonal D as a step divides by it: D = Mᵏ + ε, with M = √(a · correction) or |a · correction|. */
export interface DiagonalRule {
  /** The estimate a. */
  readonly estimate: Vector;
  /** Which of the two M is. */
  readonly magnitude: "root" | "absolute";
  /** The correction of the estimate's bias; 1 by default. */
  readonly correction?: number;
  /** The power k; 1 by default. */
  readonly power?: number;
  /** ε > 0. */
  readonly epsilon: number;
}

/** The diagonal preconditioner of a rule, as it was when this was made. */
export class DiagonalPreconditioner implements OptimizerPreconditioner {
  readonly diagonal: Vector;
  readonly #inverseRoot: Vector;
  readonly #owned: DisposableStack;

  /** Records computing D and D^−½. */
  constructor(readonly context: OptimizerContext, rule: DiagonalRule) {
    const { gpu, layout } = context;
    const { estimate, magnitude, correction = 1, power = 1, epsilon } = rule;
    using made = new DisposableStack();
    this.diagonal = made.use(createVector(gpu, layout, "preconditioner"));
    this.#inverseRoot = made.use(createVector(gpu, layout, "inverse root of the preconditioner"));
    const vectors = { estimate, diagonal: this.diagonal, inverse_root: this.#inverseRoot };
    entrywise(context, source, vectors, { correction, power, epsilon }, { magnitude });
    this.#owned = made.move();
  }

  applyFactor(direction: Vector, into: Vector): void {
    multiplyEntries(this.context.gpu, this.#inverseRoot, direction, into);
  }

  applyTransposedFactor(direction: Vector, into: Vector): void {
    this.applyFactor(direction, into);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
