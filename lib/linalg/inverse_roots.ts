import type { DeviceBuffer } from "../gpu/buffer.ts";
import { rangeOf } from "./matrix_view.ts";
import { BatchedProducts } from "./gemm/batched_products.ts";
import { isWhole, WHOLE_BYTES, WHOLE_VALUES } from "./whole_matrices.ts";
import { RangeNormaliser } from "./range_normaliser.ts";
import type { Squares } from "./squares.ts";
import eigenvalueText from "../../wgsl/linalg/largest_eigenvalue.wgsl" with { type: "text" };
import factorText from "../../wgsl/linalg/newton_factor.wgsl" with { type: "text" };
import wholeText from "../../wgsl/linalg/inverse_roots_whole.wgsl" with { type: "text" };
import startText from "../../wgsl/linalg/inverse_root_start.wgsl" with { type: "text" };

const eigenvalueSource = { name: "largest_eigenvalue", text: eigenvalueText };
const startSource = { name: "inverse_root_start", text: startText };
const wholeSource = { name: "inverse_roots_whole", text: wholeText };
const factorSource = { name: "newton_factor", text: factorText };

/**
 * Number of squarings to estimate the largest eigenvalue: with 7 the estimate is tr(A¹²⁹)/tr(A¹²⁸), which is at most a few
 * percent too small.
 */
const SQUARINGS = 7;

/** The largest eigenvalue is assumed to be at most this times its estimate. */
const MARGIN = 1.05;

/** The iteration ends when every eigenvalue of M differs from 1 by at most this. */
const TOLERANCE = 1e-6;

/**
 * The largest allowed b·u/a (see `rootCoefficients`). With a larger one eigenvalues near u come so close to 0 that rounding
 * errors matter.
 */
const STEEPEST = 0.6;

/** The maximum of x(1 − x)⁴ on [0, 1], which is at x = 1/5. */
const PEAK = 4 ** 4 / 5 ** 5;

/**
 * Coefficients a, b of the factors T = aI − bM which bring all eigenvalues of M from the interval [l, u] to 1 in the fewest
 * iterations M ← T⁴M. An iteration maps an eigenvalue x to x(a − bx)⁴. a is as large as possible with all results at most 1. Then
 * both ends of the interval are mapped to the same value if b·u/a = (1−q)/(1−q⁵), q = (l/u)^¼. For l = u this is 1/5, as in
 * Newton's method.
 *
 * @param lowest l > 0.
 * @param highest u > l.
 */
export function rootCoefficients(lowest: number, highest: number): { a: number; b: number }[] {
  const coefficients: { a: number; b: number }[] = [];
  let [low, high] = [lowest, highest];
  while (low < 1 - TOLERANCE || high > 1 + TOLERANCE) {
    const q = (low / high) ** 0.25;
    const steepness = Math.min(STEEPEST, (1 - q) / (1 - q ** 5));
    const a = (steepness / (PEAK * high)) ** 0.25;
    const b = a * steepness / high;
    coefficients.push({ a, b });
    [low, high] = [Math.min(...[low, high].map((x) => x * (a - b * x) ** 4)), 1];
  }
  return coefficients;
}

/** What the kernel for whole matrices reads, and where it works. */
interface Whole {
  readonly coefficients: DeviceBuffer;
  readonly w: DeviceBuffer;
}

/**
 * Inverse fourth roots (A + ελI)^{−1/4} of symmetric positive semidefinite matrices, where λ is each matrix's largest
 * eigenvalue. The method is the coupled iteration of Guo & Higham (2006), which Anil et al. (2020) use for Shampoo:
 *
 * M₀ = (A + ελI)/λ, X₀ = λ^{−1/4}I;  M ← (M + Mᵀ)/2, T = aI − bM, M ← T⁴M, X ← XT  until M = I
 *
 * Newton's method has a = 5/4, b = 1/4 and takes 21 iterations for ε = 1e−6. Most of them only enlarge small eigenvalues, by
 * (5/4)⁴ each. Because the interval [ε, 1 + ε] of the eigenvalues is known, a and b are chosen for it here
 * (`rootCoefficients`), and 10 iterations give the same accuracy.
 *
 * Each iteration costs as much as three full products. T² and T⁴ are exactly symmetric, so that only half of their entries are
 * computed. M and X are symmetric only up to rounding, and computing just half of them would lose two digits. For 28 matrices of
 * 128 × 128 this takes 4 GFLOP, and 75 dispatches or, where that is faster, one (`isWhole`). Errors come from f32: for the smallest eigenvalues above ελ the relative error of the root is
 * about 1e−7/ε.
 */
export class InverseRoots implements Disposable {
  readonly #normaliser: RangeNormaliser;
  readonly #square: BatchedProducts;
  readonly #multiply: BatchedProducts;
  readonly #eigenvalues: DeviceBuffer;
  readonly #workspace: readonly DeviceBuffer[];
  readonly #owned: DisposableStack;
  readonly #coefficients: readonly { readonly a: number; readonly b: number }[];
  /** Made when first used. */
  #whole?: Whole;

  /**
   * Allocates what the computation needs.
   *
   * @param squares The matrices.
   * @param ridge ε in (0, 1).
   */
  constructor(readonly squares: Squares, readonly ridge: number) {
    const { gpu, views, bytes } = squares;
    using made = new DisposableStack();
    this.#normaliser = made.use(new RangeNormaliser(gpu, views.map(rangeOf)));
    const jobs = views.map((view) => ({ a: view, b: view, c: view }));
    this.#square = made.use(new BatchedProducts(gpu, jobs, { symmetric: true }));
    this.#multiply = made.use(new BatchedProducts(gpu, jobs));
    this.#eigenvalues = made.use(gpu.buffer("largest eigenvalues", views.length * 4));
    const names = ["M", "S", "X", "T", "T²", "T⁴"];
    this.#workspace = names.map((name) => made.use(gpu.buffer(`inverse roots: ${name}`, bytes)));
    this.#coefficients = rootCoefficients(ridge, MARGIN + ridge);
    this.#owned = made.move();
  }

  /** Records `roots` = (A + ελI)^{−1/4} of the matrices A. */
  record(matrices: DeviceBuffer, roots: DeviceBuffer): void {
    if (isWhole(this.squares.gpu, this.squares.views)) this.#recordWhole(matrices, roots);
    else this.#recordApart(matrices, roots);
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }

  #recordApart(matrices: DeviceBuffer, roots: DeviceBuffer): void {
    const { gpu, table, largest } = this.squares;
    const [m, s, otherX, t, t2, t4] = this.#workspace;
    this.#largestEigenvalues(matrices);
    // The two buffers for X alternate, in such an order that the last X is written to `roots`.
    let [x, nextX] = [otherX, roots];
    if (this.#coefficients.length % 2 === 0) [x, nextX] = [nextX, x];
    this.squares.eachEntry(startSource, { a: matrices, eigenvalues: this.#eigenvalues, m, x }, { ridge: this.ridge });
    for (const { a, b } of this.#coefficients) {
      gpu.dispatch(
        gpu.kernel(factorSource),
        { squares: table, m, s, t },
        { a, b },
        this.squares.groups(largest * largest / 16),
      );
      this.#square.record({ a: t, b: t, c: t2 });
      this.#square.record({ a: t2, b: t2, c: t4 });
      this.#multiply.record({ a: t4, b: s, c: m });
      this.#multiply.record({ a: x, b: t, c: nextX });
      [x, nextX] = [nextX, x];
    }
  }

  #recordWhole(matrices: DeviceBuffer, roots: DeviceBuffer): void {
    const { gpu, table, sizes } = this.squares;
    const steps = this.#coefficients.length;
    gpu.dispatch(
      gpu.kernel(wholeSource, WHOLE_VALUES),
      { a: matrices, squares: table, roots, ...this.#whole ??= this.#makeWhole() },
      { squarings: SQUARINGS, steps, ridge: this.ridge },
      [sizes.length],
      (SQUARINGS + 2 * steps) * this.#square.flops + 2 * steps * this.#multiply.flops,
    );
  }

  #makeWhole(): Whole {
    const { gpu, sizes } = this.squares;
    const coefficients = this.#owned.use(gpu.buffer("coefficients of inverse roots", this.#coefficients.length * 16));
    gpu.write(coefficients, Float32Array.from(this.#coefficients.flatMap(({ a, b }) => [a, b, 0, 0])));
    const w = this.#owned.use(gpu.buffer("inverse roots, whole matrices", sizes.length * 4 * WHOLE_BYTES));
    return { coefficients, w };
  }

  #largestEigenvalues(matrices: DeviceBuffer): void {
    const { gpu, table, sizes } = this.squares;
    const [power, square] = this.#workspace;
    this.#normaliser.record(matrices, power);
    for (let squaring = 0; squaring < SQUARINGS; squaring++) {
      this.#square.record({ a: power, b: power, c: square });
      this.#normaliser.record(square, power);
    }
    const buffers = { squares: table, a: matrices, b: power, eigenvalues: this.#eigenvalues };
    gpu.dispatch(gpu.kernel(eigenvalueSource), buffers, {}, [sizes.length]);
  }
}
