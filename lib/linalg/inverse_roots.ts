import type { DeviceBuffer } from "../gpu/buffer.ts";
import { rangeOf } from "./matrix_view.ts";
import { Products } from "./gemm/products.ts";
import { RangeNormaliser } from "./range_normaliser.ts";
import type { Squares } from "./squares.ts";
import eigenvalueText from "../../wgsl/linalg/largest_eigenvalue.wgsl" with { type: "text" };
import factorText from "../../wgsl/linalg/newton_factor.wgsl" with { type: "text" };
import startText from "../../wgsl/linalg/inverse_root_start.wgsl" with { type: "text" };

const eigenvalueSource = { name: "largest_eigenvalue", text: eigenvalueText };
const startSource = { name: "inverse_root_start", text: startText };
const factorSource = { name: "newton_factor", text: factorText };

/** Squarings for the largest eigenvalue: tr(A¹²⁹)/tr(A¹²⁸) is short of it by a few percent at most. */
const SQUARINGS = 7;

/** How far above its estimate the largest eigenvalue may be. */
const MARGIN = 1.05;

/** The iteration ends when every eigenvalue of M is as near to 1. */
const TOLERANCE = 1e-6;

/** The largest b·u/a (see `rootCoefficients`): beyond it eigenvalues near u come so near to 0 that rounding shows. */
const STEEPEST = 0.6;

/** max x(1 − x)⁴, at x = 1/5. */
const PEAK = 4 ** 4 / 5 ** 5;

/**
 * Coefficients a, b of the factors T = aI − bM that take all eigenvalues of M from [l, u] to 1 in the fewest iterations M ← T⁴M. Each
 * takes x to x(a − bx)⁴; with a⁴ as large as keeps this below 1, both ends of the interval come out equal where b·u/a = (1−q)/(1−q⁵),
 * q = (l/u)^¼, which is Newton's 1/5 where l = u.
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

/**
 * Inverse fourth roots (A + ελI)^{−1/4} of symmetric positive semidefinite matrices, λ the largest eigenvalue of each, by the coupled
 * iteration of Guo & Higham (2006), which Anil et al. (2020) use for Shampoo:
 *
 * M₀ = (A + ελI)/λ, X₀ = λ^{−1/4}I;  M ← (M + Mᵀ)/2, T = aI − bM, M ← T⁴M, X ← XT  until M = I
 *
 * Newton's method has a = 5/4, b = 1/4, and takes 21 iterations for ε = 1e−6, most of them to bring small eigenvalues up by (5/4)⁴ each.
 * The eigenvalues' interval [ε, 1 + ε] is known, so that a and b are chosen for it (`rootCoefficients`): 10 iterations as accurate.
 *
 * Three products' worth of arithmetic in each: T² and T⁴ are symmetric to the bit, so half of them is computed; M and X are only up to
 * rounding, and mirroring them costs two digits. 28 matrices of 128 take 4 GFLOP. Errors are those of f32: relative to λ^{−1/4} of
 * the smallest eigenvalues that remain above ελ, about 1e−7/ε of them.
 */
export class InverseRoots implements Disposable {
  readonly #normaliser: RangeNormaliser;
  readonly #square: Products;
  readonly #multiply: Products;
  readonly #eigenvalues: DeviceBuffer;
  readonly #workspace: readonly DeviceBuffer[];
  readonly #owned: DisposableStack;
  readonly #coefficients: readonly { readonly a: number; readonly b: number }[];

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
    this.#square = made.use(new Products(gpu, jobs, { symmetric: true }));
    this.#multiply = made.use(new Products(gpu, jobs));
    this.#eigenvalues = made.use(gpu.buffer("largest eigenvalues", views.length * 4));
    const names = ["M", "S", "X", "T", "T²", "T⁴"];
    this.#workspace = names.map((name) => made.use(gpu.buffer(`inverse roots: ${name}`, bytes)));
    this.#coefficients = rootCoefficients(ridge, MARGIN + ridge);
    this.#owned = made.move();
  }

  /** Records `roots` = (A + ελI)^{−1/4} of the matrices A. */
  record(matrices: DeviceBuffer, roots: DeviceBuffer): void {
    const { gpu, table, largest } = this.squares;
    const [m, s, otherX, t, t2, t4] = this.#workspace;
    this.#largestEigenvalues(matrices);
    // The last X goes to `roots`.
    let [x, nextX] = [otherX, roots];
    if (this.#coefficients.length % 2 === 0) [x, nextX] = [nextX, x];
    gpu.dispatch(
      gpu.kernel(startSource),
      { squares: table, a: matrices, eigenvalues: this.#eigenvalues, m, x },
      { ridge: this.ridge },
      this.squares.groups(largest * largest / 4),
    );
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

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
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
