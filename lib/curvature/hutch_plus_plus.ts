import { checkOptions } from "../hyperparameter/members.ts";
import { createVector } from "../linalg/vector.ts";
import { type DirectionKind, fillDirection } from "./direction.ts";
import { DotProducts } from "./dot_products.ts";
import { type Estimate, estimateOf, PRODUCT_ROUNDING, withRounding } from "./estimate.ts";
import type { SymmetricOperator } from "./operator.ts";
import { OrthonormalBasis } from "./orthonormal_basis.ts";

/** What is left of a product and shorter than this share of it is taken for rounding, some of which comes from products. */
const LEAST = 10 * PRODUCT_ROUNDING;

/** Options of {@linkcode hutchPlusPlus}. */
export interface HutchPlusPlusOptions {
  /** The number of products, at least 6; a multiple of 3 is made (default: 99). */
  readonly products?: number;
  /** Determines the random directions (default: 0). */
  readonly seed?: number;
  /** How their entries are distributed (default: `"rademacher"`). */
  readonly directions?: DirectionKind;
  /** Ends the computation early. */
  readonly signal?: AbortSignal;
}

/**
 * Estimates the trace of an operator A by Hutch++ (Meyer, Musco, Musco & Woodruff 2021, algorithm 1). A third of the products finds an
 * orthonormal basis Q of where A is large, AS = QR for random S. A third computes tr QᵀAQ, which is exact up to rounding. A third estimates the
 * trace of what is left, (I − QQᵀ)A(I − QQᵀ), by Hutchinson's method; the standard error is that of this part and of the rounding of all: a
 * sum vᵀAv of P rounded numbers in 32 bits is right to about √P units of the last place of ‖v‖ ‖Av‖.
 *
 * It pays where few eigenvalues make up most of the Frobenius norm: Gauss-Newton matrices of sine and ReLU fields, but hardly a Hessian
 * (docs/math.md, section 6). Where none stand out, the error is √3 times that of `probeOperator`, which has three times as many probes. The
 * memory is that of `products`/3 + 3 vectors.
 *
 * @throws If products are not a whole number from 6, or the vectors do not fit into one buffer of the device.
 */
export async function hutchPlusPlus(
  operator: SymmetricOperator,
  options: HutchPlusPlusOptions = {},
): Promise<Estimate> {
  checkOptions("hutchPlusPlus", options, { products: true, seed: true, directions: true, signal: true });
  const { products = 99, seed = 0, directions = "rademacher", signal } = options;
  if (!Number.isSafeInteger(products) || products < 6) {
    throw new Error(`hutchPlusPlus: products: expected a whole number of at least 6, found ${products}.`);
  }
  const { gpu, layout } = operator;
  const third = Math.floor(products / 3);
  using made = new DisposableStack();
  const vector = (label: string) => made.use(createVector(gpu, layout, label));
  const [direction, product] = [vector("direction"), vector("product")];
  const size = Math.min(third, layout.parameterCount);
  const basis = made.use(new OrthonormalBasis(gpu, layout, size, LEAST));
  const dots = made.use(new DotProducts(gpu, 3 * (size + third)));
  /** Records vᵀAv, ‖v‖² and ‖Av‖² of the direction v. */
  const measure = async () => {
    signal?.throwIfAborted();
    await operator.apply(direction, product);
    dots.record(direction, product);
    dots.record(direction, direction);
    dots.record(product, product);
  };
  for (let i = 0; i < size; i++) {
    fillDirection(direction, directions, seed, i);
    await operator.apply(direction, product);
    basis.remove(product);
    basis.append(product, direction);
    await measure();
  }
  for (let i = 0; i < third; i++) {
    fillDirection(direction, directions, seed, size + i);
    basis.remove(direction);
    await measure();
  }
  return traceOf(await dots.read(), size, layout.parameterCount);
}

/**
 * The trace, from vᵀAv, ‖v‖² and ‖Av‖² of one vector v after the other.
 *
 * @param size The number of vectors of the basis, which come first.
 */
function traceOf(numbers: readonly number[], size: number, parameters: number): Estimate {
  const terms = numbers.filter((_, i) => i % 3 === 0);
  const bounds = terms.map((_, i) => Math.sqrt(numbers[3 * i + 1] * numbers[3 * i + 2]));
  const ofBasis = (each: readonly number[]) => each.slice(0, size).reduce((sum, number) => sum + number, 0);
  const rest = estimateOf(terms.slice(size));
  const bound = ofBasis(bounds) + estimateOf(bounds.slice(size)).value;
  const unit = PRODUCT_ROUNDING + 2 ** -24 * Math.sqrt(parameters);
  return withRounding({ value: ofBasis(terms) + rest.value, error: rest.error }, unit * bound);
}
