import { checkOptions } from "../hyperparameter/members.ts";
import { multiplyEntries } from "../linalg/multiply_entries.ts";
import { createVector, readVectors } from "../linalg/vector.ts";
import { type DirectionKind, fillDirection } from "./direction.ts";
import { type Estimate, estimateOf, PRODUCT_ROUNDING, withRounding } from "./estimate.ts";
import type { SymmetricOperator } from "./operator.ts";

/** Probes whose results are read together, because a read-back takes about as long on an idle device as many products. */
const BLOCK = 16;

/** What random probes say about a symmetric operator A. */
export interface ProbeEstimates {
  /** The number of probes. */
  readonly probes: number;
  /** tr A, the mean of vᵀAv (Hutchinson 1990). Standard errors include the rounding of products in 32 bits. */
  readonly trace: Estimate;
  /** ‖A‖_F, from the mean of ‖Av‖². */
  readonly frobenius: Estimate;
  /** [P] diag A, the mean of v ⊙ Av (Bekas, Kokiopoulou & Saad 2007). */
  readonly diagonal: Float64Array;
  /** [P] The standard error of each entry of the diagonal. */
  readonly diagonalError: Float64Array;
  /** [P] D^E = √diag(A²), from the mean of (Av)² (Dauphin et al. 2015). */
  readonly equilibrated: Float64Array;
}

/** Options of {@linkcode probeOperator}. */
export interface ProbeOptions {
  /** The number of products, at least 2 (default: 100). */
  readonly probes?: number;
  /** Determines the probes (default: 0). */
  readonly seed?: number;
  /** How the entries of the probes are distributed (default: `"rademacher"`). */
  readonly directions?: DirectionKind;
  /** Called after every 16 probes and at the end, with the estimates so far. */
  readonly onEstimate?: (estimates: ProbeEstimates) => void;
  /** Ends the computation early. */
  readonly signal?: AbortSignal;
}

/**
 * Estimates trace, Frobenius norm, diagonal and row norms of an operator from products with random directions. Sums are in f64 on the
 * host.
 *
 * @throws If probes are not a whole number from 2.
 */
export async function probeOperator(
  operator: SymmetricOperator,
  options: ProbeOptions = {},
): Promise<ProbeEstimates> {
  checkOptions("probeOperator", options, {
    probes: true,
    seed: true,
    directions: true,
    onEstimate: true,
    signal: true,
  });
  const { probes = 100, seed = 0, directions = "rademacher", onEstimate, signal } = options;
  if (!Number.isSafeInteger(probes) || probes < 2) {
    throw new Error(`probeOperator: probes: expected a whole number of at least 2, found ${probes}.`);
  }
  const { gpu, layout } = operator;
  using made = new DisposableStack();
  const vector = (label: string) => made.use(createVector(gpu, layout, label));
  const direction = vector("probe");
  const terms = Array.from({ length: Math.min(BLOCK, probes) }, () => vector("v ⊙ Av"));
  // With entries ±1 the squares of v ⊙ Av are those of Av, so that only normal directions need both on the host.
  const both = directions === "normal";
  const products = both ? terms.map(() => vector("Av")) : [vector("Av")];
  const sums = new ProbeSums(layout.parameterCount);
  for (let first = 0; first < probes; first += BLOCK) {
    signal?.throwIfAborted();
    const block = terms.slice(0, probes - first);
    for (const [i, term] of block.entries()) {
      const product = products[i % products.length];
      fillDirection(direction, directions, seed, first + i);
      await operator.apply(direction, product);
      multiplyEntries(gpu, direction, product, term);
    }
    const read = await readVectors(both ? [...block, ...products.slice(0, block.length)] : block);
    for (let i = 0; i < block.length; i++) sums.add(read[i], read[both ? block.length + i : i]);
    if (first + block.length > 1) onEstimate?.(sums.estimates());
  }
  return sums.estimates();
}

/** Sums over probes. */
class ProbeSums {
  readonly #traces: number[] = [];
  readonly #squares: number[] = [];
  readonly #diagonal: Float64Array;
  readonly #diagonalSquares: Float64Array;
  readonly #productSquares: Float64Array;

  constructor(size: number) {
    this.#diagonal = new Float64Array(size);
    this.#diagonalSquares = new Float64Array(size);
    this.#productSquares = new Float64Array(size);
  }

  /** Adds v ⊙ Av of one probe v, and Av up to the signs of its entries. */
  add(terms: Float32Array, product: Float32Array): void {
    let [trace, square] = [0, 0];
    // An iterator over entries would take ten times as long.
    for (let i = 0; i < terms.length; i++) {
      const term = terms[i];
      trace += term;
      square += product[i] ** 2;
      this.#diagonal[i] += term;
      this.#diagonalSquares[i] += term * term;
      this.#productSquares[i] += product[i] ** 2;
    }
    this.#traces.push(trace);
    this.#squares.push(square);
  }

  estimates(): ProbeEstimates {
    const probes = this.#traces.length;
    const square = estimateOf(this.#squares);
    const frobenius = Math.sqrt(square.value);
    const diagonal = this.#diagonal.map((sum) => sum / probes);
    const equilibrated = this.#productSquares.map((sum) => Math.sqrt(sum / probes));
    return {
      probes,
      // Rounding has random signs, as the probes have.
      trace: withRounding(estimateOf(this.#traces), PRODUCT_ROUNDING * frobenius),
      frobenius: withRounding(
        { value: frobenius, error: frobenius > 0 ? square.error / (2 * frobenius) : 0 },
        PRODUCT_ROUNDING * frobenius,
      ),
      diagonal,
      diagonalError: this.#diagonalSquares.map((sum, i) =>
        Math.hypot(
          Math.sqrt(Math.max(0, sum / probes - diagonal[i] ** 2) / (probes - 1)),
          PRODUCT_ROUNDING * equilibrated[i],
        )
      ),
      equilibrated,
    };
  }
}
