import { streams } from "../gpu/random.ts";
import { createVector } from "../linalg/vector.ts";
import { multiplyEntries } from "../linalg/multiply_entries.ts";
import type { SymmetricOperator } from "./operator.ts";

/** Probes whose results are read together, because a read-back takes about as long on an idle device as many products. */
const BLOCK = 16;

/** A number with the standard error of its estimate. */
export interface Estimate {
  /** The estimate. */
  readonly value: number;
  /** Its standard error. */
  readonly error: number;
}

/** What random probes say about a symmetric operator A. */
export interface ProbeEstimates {
  /** The number of probes. */
  readonly probes: number;
  /** tr A, the mean of vᵀAv (Hutchinson 1990). */
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
  /** Determines the probes' random signs (default: 0). */
  readonly seed?: number;
  /** Called after every 16 probes and at the end, with the estimates so far. */
  readonly onEstimate?: (estimates: ProbeEstimates) => void;
  /** Ends the computation early. */
  readonly signal?: AbortSignal;
}

/**
 * Estimates trace, Frobenius norm, diagonal and row norms of an operator from products with random signs (Rademacher). Sums are in f64 on
 * the host.
 *
 * @throws If probes are not a whole number from 2.
 */
export async function probeOperator(
  operator: SymmetricOperator,
  { probes = 100, seed = 0, onEstimate, signal }: ProbeOptions = {},
): Promise<ProbeEstimates> {
  if (!Number.isSafeInteger(probes) || probes < 2) {
    throw new Error(`probeOperator: probes: expected a whole number of at least 2, found ${probes}.`);
  }
  const { gpu, layout } = operator;
  using made = new DisposableStack();
  const vector = (label: string) => made.use(createVector(gpu, layout, label));
  const [direction, product] = [vector("probe"), vector("product with a probe")];
  const terms = Array.from({ length: Math.min(BLOCK, probes) }, () => vector("v ⊙ Av"));
  const sums = new ProbeSums(layout.parameterCount);
  for (let first = 0; first < probes; first += BLOCK) {
    signal?.throwIfAborted();
    const block = terms.slice(0, probes - first);
    for (const [i, term] of block.entries()) {
      direction.fillRademacher({ seed, stream: streams.probe, step: first + i });
      await operator.apply(direction, product);
      multiplyEntries(gpu, direction, product, term);
    }
    for (const term of await Promise.all(block.map((term) => term.read()))) sums.add(term);
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

  constructor(size: number) {
    this.#diagonal = new Float64Array(size);
    this.#diagonalSquares = new Float64Array(size);
  }

  /** Adds v ⊙ Av of one probe v. Because v has entries ±1, the squares of these numbers are those of Av. */
  add(terms: Float32Array): void {
    let [trace, square] = [0, 0];
    for (const [i, term] of terms.entries()) {
      trace += term;
      square += term * term;
      this.#diagonal[i] += term;
      this.#diagonalSquares[i] += term * term;
    }
    this.#traces.push(trace);
    this.#squares.push(square);
  }

  estimates(): ProbeEstimates {
    const probes = this.#traces.length;
    const square = estimateOf(this.#squares);
    const frobenius = Math.sqrt(square.value);
    const diagonal = this.#diagonal.map((sum) => sum / probes);
    return {
      probes,
      trace: estimateOf(this.#traces),
      frobenius: { value: frobenius, error: frobenius > 0 ? square.error / (2 * frobenius) : 0 },
      diagonal,
      diagonalError: this.#diagonalSquares.map((sum, i) =>
        Math.sqrt(Math.max(0, sum / probes - diagonal[i] ** 2) / (probes - 1))
      ),
      equilibrated: this.#diagonalSquares.map((sum) => Math.sqrt(sum / probes)),
    };
  }
}

/** The mean of independent numbers with its standard error. */
function estimateOf(numbers: readonly number[]): Estimate {
  const value = numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  const squares = numbers.reduce((sum, each) => sum + (each - value) ** 2, 0);
  return { value, error: Math.sqrt(squares / (numbers.length - 1) / numbers.length) };
}
