import type { DeviceBuffer } from "../gpu/buffer.ts";
import { rangeOf } from "./matrix_view.ts";
import { Products } from "./products.ts";
import { RangeNormaliser } from "./range_normaliser.ts";
import type { Squares } from "./squares.ts";
import eigenvalueText from "../../wgsl/largest_eigenvalue.wgsl" with { type: "text" };
import factorText from "../../wgsl/newton_factor.wgsl" with { type: "text" };
import startText from "../../wgsl/inverse_root_start.wgsl" with { type: "text" };

const eigenvalueSource = { name: "largest_eigenvalue", text: eigenvalueText };
const startSource = { name: "inverse_root_start", text: startText };
const factorSource = { name: "newton_factor", text: factorText };

/** Squarings for the largest eigenvalue: tr(A¹²⁹)/tr(A¹²⁸) is short of it by less than a percent. */
const SQUARINGS = 7;

/** What a small eigenvalue of M gains in an iteration, (5/4)⁴. */
const GAIN = 1.25 ** 4;

/** Iterations after the smallest eigenvalue has come near 1; convergence is quadratic then. */
const LAST_ITERATIONS = 5;

/**
 * Inverse fourth roots (A + ελI)^{−1/4} of symmetric positive semidefinite matrices, λ the largest eigenvalue of each, by the coupled
 * Newton iteration (Guo & Higham 2006, as Anil et al. 2020 use it for Shampoo):
 *
 * M₀ = (A + ελI)/λ, X₀ = λ^{−1/4}I;  M ← (M + Mᵀ)/2, T = (5I − M)/4, M ← T⁴M, X ← XT  until M = I
 *
 * Three products' worth of arithmetic in each of about 21 iterations (for ε = 1e−6): T² and T⁴ are symmetric to the bit, so half of them
 * is computed; M and X are only up to rounding, and mirroring them costs two digits. 28 matrices of 128 take 8 GFLOP. Errors are those of f32: relative to λ^{−1/4} of
 * the smallest eigenvalues that remain above ελ, about 1e−7/ε of them.
 */
export class InverseRoots implements Disposable {
  readonly #normaliser: RangeNormaliser;
  readonly #square: Products;
  readonly #multiply: Products;
  readonly #eigenvalues: DeviceBuffer;
  readonly #workspace: readonly DeviceBuffer[];
  readonly #iterations: number;

  /** @param ridge ε in (0, 1). */
  constructor(readonly squares: Squares, readonly ridge: number) {
    const { gpu, views, bytes } = squares;
    this.#normaliser = new RangeNormaliser(gpu, bytes / 4, views.map(rangeOf));
    const jobs = views.map((view) => ({ a: view, b: view, c: view }));
    this.#square = new Products(gpu, jobs, { symmetric: true });
    this.#multiply = new Products(gpu, jobs);
    this.#eigenvalues = gpu.buffer("largest eigenvalues", views.length * 4);
    const names = ["M", "S", "X", "T", "T²", "T⁴"];
    this.#workspace = names.map((name) => gpu.buffer(`inverse roots: ${name}`, bytes));
    this.#iterations = Math.ceil(Math.log(1 / ridge) / Math.log(GAIN)) + LAST_ITERATIONS;
  }

  /** Records `roots` = (A + ελI)^{−1/4} of the matrices A. */
  record(matrices: DeviceBuffer, roots: DeviceBuffer): void {
    const { gpu, table, largest } = this.squares;
    const [m, s, otherX, t, t2, t4] = this.#workspace;
    this.#largestEigenvalues(matrices);
    // The last X goes to `roots`.
    let [x, nextX] = [otherX, roots];
    if (this.#iterations % 2 === 0) [x, nextX] = [nextX, x];
    gpu.dispatch(
      gpu.kernel(startSource),
      { squares: table, a: matrices, eigenvalues: this.#eigenvalues, m, x },
      { ridge: this.ridge },
      this.squares.groups(largest * largest / 4),
    );
    for (let iteration = 0; iteration < this.#iterations; iteration++) {
      gpu.dispatch(
        gpu.kernel(factorSource),
        { squares: table, m, s, t },
        {},
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
    for (const owned of [this.#normaliser, this.#square, this.#multiply, this.#eigenvalues, ...this.#workspace]) {
      owned[Symbol.dispose]();
    }
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
