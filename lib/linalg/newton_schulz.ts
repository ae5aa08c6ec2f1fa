import type { BufferLike, DeviceBuffer } from "../gpu/buffer.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Layout, PlacedSegment } from "./layout.ts";
import { type MatrixView, rangeOf, squareLayout, viewOf } from "./matrix_view.ts";
import { type BatchedJob, BatchedProducts } from "./gemm/batched_products.ts";
import { Norms } from "./norms.ts";
import { RangeNormaliser } from "./range_normaliser.ts";
import { RowNormaliser } from "./row_normaliser.ts";
import { Squares } from "./squares.ts";
import { numberTable } from "./number_table.ts";
import { isWhole, WHOLE_BYTES, WHOLE_VALUES } from "./whole_matrices.ts";
import unit_row from "../../wgsl/linalg/unit_row.wgsl" with { type: "text" };
import wholeText from "../../wgsl/linalg/newton_schulz_whole.wgsl" with { type: "text" };
import newton_schulz_part from "../../wgsl/linalg/newton_schulz_part.wgsl" with { type: "text" };
import partsText from "../../wgsl/linalg/newton_schulz_parts.wgsl" with { type: "text" };
import startText from "../../wgsl/linalg/newton_schulz_start.wgsl" with { type: "text" };

const partsSource = { name: "newton_schulz_parts", text: partsText };
const startSource = { name: "newton_schulz_start", text: startText };
const wholeSource = { name: "newton_schulz_whole", text: wholeText };

/** The name of an iteration: see `ITERATIONS`. */
export type NewtonSchulzIteration = "degree17" | "unitRows" | "polarExpress" | "jordan";

/** The names of all iterations. */
export const NEWTON_SCHULZ_ITERATIONS: readonly NewtonSchulzIteration[] = [
  "degree17",
  "unitRows",
  "polarExpress",
  "jordan",
];

/** What an iteration computes. */
interface Coefficients {
  /**
   * The coefficients a, b, c of each step. Of `composed`: coefficients of I, s²A and s⁴A² in the parts U, E and G of its only polynomial
   * (newton_schulz_parts.wgsl).
   */
  readonly steps: readonly (readonly [number, number, number])[];
  /** Whether the first step divides by a closer bound of the largest singular value than ‖M‖. */
  readonly bounded: boolean;
  /** Whether the rows of M are divided by their norms first, instead of M by ‖M‖. */
  readonly unitRows: boolean;
  /** Whether the iteration is one polynomial X ← ((U² + E)² + G)X instead of steps. */
  readonly composed: boolean;
}

/** The Polar Express for singular values from 0.01 to 1. */
const POLAR_EXPRESS: Coefficients["steps"] = [
  [8.0934, -23.6204, 17.4462],
  [3.6366, -2.7219, 0.5365],
  [2.6613, -1.9772, 0.4526],
];

/** The parts of `degree17`. */
const PARTS: Coefficients["steps"] = [
  [0, -16.71464, 15.63519],
  [5.07855, -88.83885, 83.91229],
  [0.52751, -0.83982, 0.4458],
];

/**
 * The iterations by their names:
 *
 * - `polarExpress` (Amsel et al. 2025, the Polar Express): each step's polynomial is the odd one of degree 5 that comes closest to 1 on the interval in which
 *   the step before has put the singular values, from [0.01, 1] on. Singular values of at least 0.01 of the largest end between 0.73 and
 *   1.27; smaller ones grow by a factor of at most 78. Because the first step knows A² it divides by (Σσ⁸)^{1/8} instead of (Σσ²)^{1/2},
 *   which saves up to one more step.
 * - `unitRows`: two steps of the same on M with rows of norm 1, which spreads singular values less (as Boissin et al. 2025, Turbo-Muon, do
 *   with other factors). Those of at least 0.01 of the largest end between 0.29 and 1.71; smaller ones grow by a factor of at most 29.
 * - `degree17`: one polynomial of degree 17 on M with rows of norm 1. Of all odd polynomials x((u² + e)² + g), where e and g are quadratic in x² and u has no constant, it comes closest to
 *   1 on [0.005, 1], within 2e−4 of what any of degree 17 does. Singular values of at least 0.005 of the largest end between 0.13 and 1.87;
 *   smaller ones grow by a factor of at most 27.
 * - `jordan` (Jordan 2024): five times the same. Singular values of at least 2e−3 of ‖M‖ end between 0.68 and 1.21; smaller ones grow by a
 *   factor of at most 485.
 */
const ITERATIONS: Readonly<Record<NewtonSchulzIteration, Coefficients>> = {
  degree17: { steps: PARTS, bounded: true, unitRows: true, composed: true },
  unitRows: { steps: POLAR_EXPRESS.slice(0, 2), bounded: true, unitRows: true, composed: false },
  polarExpress: { steps: POLAR_EXPRESS, bounded: true, unitRows: false, composed: false },
  jordan: {
    steps: Array.from({ length: 5 }, () => [3.4445, -4.775, 2.0315]),
    bounded: false,
    unitRows: false,
    composed: false,
  },
};

/** What the bound is multiplied by, since it is computed in f32. */
const SAFETY = 1.001;

/** The products of one iteration for all matrices of one orientation, either tall or wide. */
interface Iteration {
  readonly gram: BatchedProducts;
  readonly polynomial: BatchedProducts;
  readonly apply: BatchedProducts;
  readonly tall: boolean;
}

/** What the kernel for whole matrices reads, and where it works. */
interface Whole {
  readonly matrices: DeviceBuffer;
  readonly w: DeviceBuffer;
}

/**
 * Computes approximate orthogonal factors of a layout's matrices by Newton-Schulz iteration:
 *
 * X₀ = M/‖M‖, or M with unit rows; X ← aX + (bA + cA²)X with A = XXᵀ, a few times. For tall matrices X ← aX + X(bA + cA²) with A = XᵀX, so that A always
 * has the size of the shorter side. `ITERATIONS` has the coefficients.
 *
 * `degree17` makes one step with a polynomial of higher degree, X ← ((U² + E)² + G)X with U, E and G quadratic in A.
 *
 * A step takes three dispatches for each orientation, and 2·(½ + ½ + 1)·256³ = 67 MFLOP for a 256 × 256 matrix. Where that is faster, small matrices
 * take one dispatch in all (`isWhole`).
 */
export class NewtonSchulz implements Disposable {
  readonly #views: readonly MatrixView[];
  readonly #iterations: readonly Iteration[];
  readonly #normaliser: RangeNormaliser | RowNormaliser;
  readonly #scratch: readonly DeviceBuffer[];
  readonly #gram: DeviceBuffer;
  readonly #square: DeviceBuffer;
  readonly #polynomial: DeviceBuffer;
  /** E and G of a composed polynomial, then U² + E and the polynomial. */
  readonly #parts: readonly DeviceBuffer[];
  /** The coefficients, as kernels read them. */
  readonly #coefficients: DeviceBuffer;
  readonly #squares: Squares;
  readonly #norms: Norms;
  readonly #owned: DisposableStack;
  /** Made when first used. */
  #whole?: Whole;

  /**
   * Allocates what the iteration needs.
   *
   * @param layout The layout of the vectors that contain the matrices.
   * @param matrices The segments of that layout that are orthogonalised.
   * @param iteration Whose coefficients are used.
   */
  constructor(
    readonly gpu: Gpu,
    layout: Layout,
    readonly matrices: readonly PlacedSegment[],
    readonly iteration: NewtonSchulzIteration = "jordan",
  ) {
    const squares = squareLayout(matrices.map(({ name, rows, columns }) => ({ name, size: Math.min(rows, columns) })));
    const views = this.#views = matrices.map(viewOf);
    using made = new DisposableStack();
    const { unitRows, composed, steps } = ITERATIONS[iteration];
    this.#normaliser = made.use(
      unitRows ? new RowNormaliser(gpu, views) : new RangeNormaliser(gpu, views.map(rangeOf)),
    );
    const bytes = layout.deviceLength * 4;
    this.#scratch = ["even", "odd"].map((label) => made.use(gpu.buffer(`Newton-Schulz, ${label}`, bytes)));
    this.#gram = made.use(gpu.buffer("Newton-Schulz A", squares.deviceLength * 4));
    this.#square = made.use(gpu.buffer("Newton-Schulz A²", squares.deviceLength * 4));
    const parts = composed ? ["E", "G"] : [];
    this.#parts = parts.map((part) => made.use(gpu.buffer(`Newton-Schulz ${part}`, squares.deviceLength * 4)));
    this.#coefficients = made.use(gpu.buffer("Newton-Schulz coefficients", steps.length * 16));
    gpu.write(this.#coefficients, Float32Array.from(steps.flatMap((each) => [...each, 0])));
    this.#squares = made.use(new Squares(gpu, squares));
    this.#norms = made.use(new Norms(gpu, this.#squares.views.map(rangeOf)));
    this.#polynomial = made.use(gpu.buffer("Newton-Schulz bA + cA²", squares.deviceLength * 4));
    this.#iterations = [false, true].flatMap((tall) => {
      const jobs = matrices.flatMap(({ rows, columns }, i) => {
        return rows > columns === tall ? [{ x: views[i], square: viewOf(squares[i]) }] : [];
      });
      if (jobs.length === 0) return [];
      const gram = jobs.map(({ x, square }): BatchedJob => ({ a: x, b: x, c: square }));
      const polynomial = jobs.map(({ square }): BatchedJob => ({ a: square, b: square, c: square }));
      const apply = jobs.map(({ x, square }): BatchedJob => {
        return tall ? { a: x, b: square, c: x } : { a: square, b: x, c: x };
      });
      return [{
        gram: made.use(new BatchedProducts(gpu, gram, { transposeA: tall, transposeB: !tall, symmetric: true })),
        polynomial: made.use(new BatchedProducts(gpu, polynomial, { symmetric: true })),
        apply: made.use(new BatchedProducts(gpu, apply)),
        tall,
      }];
    });
    this.#owned = made.move();
  }

  /** Records the iteration. Returns the buffer that contains X, which is 0 outside the matrices. `data` does not change. */
  record(data: BufferLike, whole: boolean = isWhole(this.gpu, this.#views)): DeviceBuffer {
    if (whole) return this.#recordWhole(data);
    return ITERATIONS[this.iteration].composed ? this.#recordComposed(data) : this.#recordApart(data);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  #recordApart(data: BufferLike): DeviceBuffer {
    let [now, next] = this.#scratch;
    this.#normaliser.record(data, now);
    const [gramBuffer, polynomialBuffer] = [this.#gram, this.#polynomial];
    const { steps, bounded } = ITERATIONS[this.iteration];
    steps.forEach(([a, b, c], step) => {
      const starts = bounded && step === 0;
      for (const { gram } of this.#iterations) gram.record({ a: now, b: now, c: gramBuffer });
      if (starts) this.#start(a, b, c);
      else {
        for (const { polynomial } of this.#iterations) {
          polynomial.record({ a: gramBuffer, b: gramBuffer, c: polynomialBuffer, d: gramBuffer }, c, b);
        }
      }
      for (const { apply, tall } of this.#iterations) {
        const [left, right] = tall ? [now, polynomialBuffer] : [polynomialBuffer, now];
        if (starts) apply.record({ a: left, b: right, c: next });
        else apply.record({ a: left, b: right, c: next, d: now }, 1, a);
      }
      [now, next] = [next, now];
    });
    return now;
  }

  #recordComposed(data: BufferLike): DeviceBuffer {
    const [x, result] = this.#scratch;
    const [gram, s, bent, [inner, outer]] = [this.#gram, this.#square, this.#polynomial, this.#parts];
    this.#normaliser.record(data, x);
    for (const each of this.#iterations) each.gram.record({ a: x, b: x, c: gram });
    for (const each of this.#iterations) each.polynomial.record({ a: gram, b: gram, c: s });
    this.#norms.record(s);
    const buffers = { gram, s, norms: this.#norms.buffer, coefficients: this.#coefficients, bent, inner, outer };
    this.#squares.eachEntry(partsSource, buffers, { safety: SAFETY }, { newton_schulz_part });
    for (const { polynomial, apply, tall } of this.#iterations) {
      polynomial.record({ a: bent, b: bent, c: inner }, 1, 1);
      polynomial.record({ a: inner, b: inner, c: outer }, 1, 1);
      const [left, right] = tall ? [x, outer] : [outer, x];
      apply.record({ a: left, b: right, c: result });
    }
    return result;
  }

  #recordWhole(data: BufferLike): DeviceBuffer {
    const { gpu, matrices } = this;
    const { steps, bounded, unitRows, composed } = ITERATIONS[this.iteration];
    const [x] = this.#scratch;
    const flops = this.#iterations.reduce((sum, { gram, polynomial, apply }) => {
      const rest = polynomial.flops * (composed ? 3 : steps.length);
      return sum + rest + (gram.flops + apply.flops) * (composed ? 1 : steps.length);
    }, 0);
    gpu.dispatch(
      gpu.kernel(wholeSource, {
        ...WHOLE_VALUES,
        unit_row,
        newton_schulz_part,
        bounded,
        unit_rows: unitRows,
        composed,
      }),
      { data, x, coefficients: this.#coefficients, ...this.#whole ??= this.#makeWhole() },
      { ...(!composed && { steps: steps.length }), ...(bounded && { safety: SAFETY }) },
      [matrices.length],
      flops,
    );
    return x;
  }

  #makeWhole(): Whole {
    const { gpu, matrices } = this;
    const numbers = matrices.flatMap((matrix, i) => {
      const { offset, stride, rows } = this.#views[i];
      return [offset / 4, stride / 4, rows, Math.min(matrix.rows, matrix.columns)];
    });
    return {
      matrices: this.#owned.use(numberTable(gpu, "matrices to orthogonalise", numbers)),
      w: this.#owned.use(gpu.buffer("Newton-Schulz, whole matrices", matrices.length * 4 * WHOLE_BYTES)),
    };
  }

  /** Records the first step's polynomial, which divides X by a bound of its largest singular value. */
  #start(a: number, b: number, c: number): void {
    const [gram, s, polynomial] = [this.#gram, this.#square, this.#polynomial];
    for (const each of this.#iterations) each.polynomial.record({ a: gram, b: gram, c: s });
    this.#norms.record(s);
    const buffers = { gram, s, norms: this.#norms.buffer, polynomial };
    this.#squares.eachEntry(startSource, buffers, { a, b, c, safety: SAFETY });
  }
}
