import type { DeviceBuffer } from "../gpu/buffer.ts";
import { choleskyFactor } from "../linalg/cholesky.ts";
import { InverseRoots } from "../linalg/inverse_roots.ts";
import type { PlacedSegment } from "../linalg/layout.ts";
import { identities, viewOf } from "../linalg/matrix_view.ts";
import { Squares } from "../linalg/squares.ts";
import { createVector, type Vector } from "../linalg/vector.ts";
import type { OptimizerContext } from "./optimizer.ts";
import type { OptimizerPreconditioner } from "./preconditioner.ts";
import { type NamedView, TwoSided } from "./two_sided.ts";

/** The blocks of a matrix, cut at multiples of `size`. */
export function blocksOf(weight: PlacedSegment, size: number): NamedView[] {
  const whole = viewOf(weight);
  const blocks: NamedView[] = [];
  for (let row = 0; row < weight.rows; row += size) {
    for (let column = 0; column < weight.columns; column += size) {
      blocks.push({
        name: `${weight.name}.${row}.${column}`,
        rows: Math.min(size, weight.rows - row),
        columns: Math.min(size, weight.columns - column),
        view: {
          offset: whole.offset + row * whole.stride + column,
          stride: whole.stride,
          rows: Math.min(size, whole.rows - row),
          columns: Math.min(size, whole.columns - column),
        },
      });
    }
  }
  return blocks;
}

/** Shampoo's factors L and R of blocks of matrices, and their roots L^{−1/4} and R^{−1/4}. */
export class ShampooBlocks implements Disposable {
  readonly state: Readonly<Record<string, Vector>>;
  readonly #factors: Vector;
  readonly #roots: Vector;
  readonly #sides: TwoSided;
  readonly #squares: Squares;
  readonly #inverseRoots: InverseRoots;
  readonly #owned: DisposableStack;

  /**
   * Starts all factors at εI.
   *
   * @param blocks Each with a name of its own.
   */
  constructor(readonly context: OptimizerContext, blocks: readonly NamedView[], epsilon: number) {
    const { gpu } = context;
    using made = new DisposableStack();
    this.#sides = made.use(new TwoSided(gpu, blocks));
    const { layout } = this.#sides;
    this.#squares = made.use(new Squares(gpu, layout));
    this.#inverseRoots = made.use(new InverseRoots(this.#squares, epsilon));
    this.#factors = made.use(createVector(gpu, layout, "factors"));
    this.#roots = made.use(createVector(gpu, layout, "roots"));
    this.#factors.write(identities(layout, epsilon));
    this.state = { factors: this.#factors, roots: this.#roots };
    this.#owned = made.move();
  }

  /** Records folding G into the factors, and computing the roots if they are due. */
  follow(gradient: DeviceBuffer, due: boolean): void {
    this.#sides.gram(gradient, this.#factors.buffer, 1, 1);
    if (due) this.#inverseRoots.record(this.#factors.buffer, this.#roots.buffer);
  }

  /** Records `result` = L^{−1/4} G R^{−1/4} in every block. */
  precondition(gradient: DeviceBuffer, scratch: DeviceBuffer, result: DeviceBuffer): void {
    // The roots are symmetric.
    this.#sides.rotateBack(gradient, this.#roots.buffer, scratch, result);
  }

  /**
   * The matrix D with D⁻¹ = r L^{−1/4} ⊗ R^{−1/4} in each block. It keeps the roots of this moment.
   *
   * @param scales r > 0 for each block.
   * @param elsewhere D outside of the blocks, which it frees with the rest; I by default.
   * @throws If rounding has made a root indefinite.
   */
  async preconditioner(
    scales: readonly number[],
    elsewhere?: OptimizerPreconditioner,
  ): Promise<OptimizerPreconditioner> {
    using made = new DisposableStack();
    if (elsewhere !== undefined) made.use(elsewhere);
    const { gpu, layout } = this.context;
    const sides = this.#sides;
    const roots = await this.#roots.read();
    const flat = new Float32Array(roots.length);
    for (const [i, { name, flat: from, size, rows }] of sides.layout.entries()) {
      const factor = choleskyFactor(roots.subarray(from, from + size), rows, `shampoo: root ${name}`);
      // Left and right sides alternate; the left one takes the scale.
      const scale = i % 2 === 0 ? Math.sqrt(scales[i / 2]) : 1;
      flat.set(factor.map((entry) => scale * entry), from);
    }
    const factors = made.use(createVector(gpu, sides.layout, "factors of the roots"));
    const between = made.use(createVector(gpu, layout, "between"));
    factors.write(flat);
    const owned = made.move();
    return {
      applyFactor(direction, into) {
        if (elsewhere === undefined) gpu.copy(direction.buffer, into.buffer);
        else elsewhere.applyFactor(direction, into);
        sides.rotateBack(direction.buffer, factors.buffer, between.buffer, into.buffer);
      },
      applyTransposedFactor(direction, into) {
        if (elsewhere === undefined) gpu.copy(direction.buffer, into.buffer);
        else elsewhere.applyTransposedFactor(direction, into);
        sides.rotate(direction.buffer, factors.buffer, between.buffer, into.buffer);
      },
      [Symbol.dispose]: () => owned.dispose(),
    };
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
