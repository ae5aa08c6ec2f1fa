import type { DeviceBuffer } from "../gpu/buffer.ts";
import { BatchedProducts } from "./gemm/batched_products.ts";
import { identities, rangeOf } from "./matrix_view.ts";
import { Norms } from "./norms.ts";
import type { Squares } from "./squares.ts";
import { createVector } from "./vector.ts";
import generatorText from "../../wgsl/linalg/rotation_generator.wgsl" with { type: "text" };
import limitText from "../../wgsl/linalg/limit_rotation.wgsl" with { type: "text" };
import polynomialText from "../../wgsl/linalg/inverse_root_polynomial.wgsl" with { type: "text" };

const generatorSource = { name: "rotation_generator", text: generatorText };
const limitSource = { name: "limit_rotation", text: limitText };
const polynomialSource = { name: "inverse_root_polynomial", text: polynomialText };

/** Some thirty times the rounding error of QᵀLQ in f32, relative to ‖L‖: eigenvalues below are taken for 0. */
const FLOOR = 3e-6;

/** The largest eigenvalue that KᵀK may have: the tangent of the largest angle by which Q turns, squared. */
const LIMIT = 3;

/** c₁ … c₄ of the polynomial 1 + c₁x + … + c₄x⁴ that equals (1 + x)^{−1/2} at the Chebyshev-Lobatto points of [0, LIMIT]. */
const COEFFICIENTS = interpolate(LIMIT);

function interpolate(end: number): number[] {
  const points = [0, 1, 2, 3, 4].map((k) => end * (1 - Math.cos(k * Math.PI / 4)) / 2);
  const differences = points.map((x) => 1 / Math.sqrt(1 + x));
  for (let order = 1; order < 5; order++) {
    for (let k = 4; k >= order; k--) {
      differences[k] = (differences[k] - differences[k - 1]) / (points[k] - points[k - order]);
    }
  }
  // Newton's form, multiplied out from the innermost bracket.
  let coefficients = [differences[4]];
  for (let k = 3; k >= 0; k--) {
    const next = [differences[k], ...coefficients];
    coefficients.forEach((c, i) => next[i] -= points[k] * c);
    coefficients = next;
  }
  return coefficients.slice(1);
}

/**
 * Turns orthonormal bases Q towards the eigenvectors of symmetric positive semidefinite matrices L, by a few large products:
 *
 * M = QᵀLQ; K_ij = sign(M_jj − M_ii) M_ij/max(M_ii, M_jj), made no larger than `LIMIT` allows; Y = Q(I + K); Q ← Y(YᵀY)^{−1/2}
 *
 * To first order in the off-diagonal part of M this is one step of orthogonal iteration, that is Q becomes the orthogonal factor of LQ,
 * but columns keep their places instead of being sorted. The inverse root is a polynomial of degree 4 in YᵀY − I, which leaves
 * ‖QᵀQ − I‖₂ below 1 % where Q turns by as much as is allowed and at rounding errors where it turns little; what is left is mended by the next
 * call. Unlike a QR decomposition this does not work through one block of columns after the other.
 */
export class BasisRotation implements Disposable {
  readonly #norms: Norms;
  readonly #multiply: BatchedProducts;
  readonly #multiplySymmetric: BatchedProducts;
  readonly #gram: BatchedProducts;
  readonly #identity: DeviceBuffer;
  readonly #workspace: readonly DeviceBuffer[];
  readonly #owned: DisposableStack;

  /**
   * Allocates what the computation needs.
   *
   * @param squares The matrices.
   */
  constructor(readonly squares: Squares) {
    const { gpu, views, layout, bytes } = squares;
    using made = new DisposableStack();
    const jobs = views.map((view) => ({ a: view, b: view, c: view }));
    this.#norms = made.use(new Norms(gpu, views.map(rangeOf)));
    this.#multiply = made.use(new BatchedProducts(gpu, jobs));
    this.#multiplySymmetric = made.use(new BatchedProducts(gpu, jobs, { symmetric: true }));
    this.#gram = made.use(new BatchedProducts(gpu, jobs, { transposeA: true, symmetric: true }));
    const identity = made.use(createVector(gpu, layout, "identities"));
    identity.write(identities(layout));
    this.#identity = identity.buffer;
    this.#workspace = ["even", "odd", "Y", "low", "high"].map((name) =>
      made.use(gpu.buffer(`rotation: ${name}`, bytes))
    );
    this.#owned = made.move();
  }

  /** Records one such step, which costs as much as 5.5 products of the matrices' size and takes 15 dispatches. */
  record(matrices: DeviceBuffer, basis: DeviceBuffer): void {
    const { gpu } = this.squares;
    const [even, odd, y, low, high] = this.#workspace;
    const [multiply, symmetric, gram] = [this.#multiply, this.#multiplySymmetric, this.#gram];
    const norms = this.#norms.buffer;
    multiply.record({ a: matrices, b: basis, c: even });
    gram.record({ a: basis, b: even, c: odd });
    this.#norms.record(odd);
    this.squares.eachEntry(generatorSource, { m: odd, norms, k: even }, { floor: FLOOR });
    gram.record({ a: even, b: even, c: odd });
    this.#norms.record(odd);
    this.squares.eachEntry(limitSource, { k: even, norms, turn: odd }, { limit: LIMIT });
    multiply.record({ a: basis, b: odd, c: y });
    gpu.copy(this.#identity, even);
    gram.record({ a: y, b: y, c: even }, 1, -1);
    symmetric.record({ a: even, b: even, c: odd });
    const [c1, c2, c3, c4] = COEFFICIENTS;
    this.squares.eachEntry(polynomialSource, { b: even, s: odd, low, high }, { c1, c2, c3, c4 });
    symmetric.record({ a: odd, b: high, c: even, d: low }, 1, 1);
    multiply.record({ a: y, b: even, c: basis });
  }

  /** Frees the device memory. */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
