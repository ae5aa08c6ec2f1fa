import { checkEntries, checkWhole } from "./check_entries.ts";
import type { Layout } from "../linalg/layout.ts";

/** How many entries of a product Hv, a diagonal or a matrix are zero or next to zero. */
export interface ProductDensity {
  /** The number of entries. */
  readonly entries: number;
  /** The root of the mean square of the entries. */
  readonly rms: number;
  /** The share of entries that are exactly 0. */
  readonly zero: number;
  /** The share of entries of less than a thousandth of the rms of all entries, zeros and other segments included. */
  readonly belowThousandth: number;
  /** The share of entries of less than a hundredth of the rms of all entries, zeros and other segments included. */
  readonly belowHundredth: number;
}

/** Densities over all parameters and in each segment. */
export interface ProductDensities {
  /** Over all entries. */
  readonly all: ProductDensity;
  /** By the name of the layout's segment; of a matrix, the segment's rows. Small entries are compared with the rms over all segments. */
  readonly segments: ReadonlyMap<string, ProductDensity>;
}

/**
 * Measures how dense a Hessian-vector product is, the quantity of which Theorems 4.2 and 4.3 of Chng et al. 2025 speak
 * (docs/math.md, section 6), or a diagonal.
 *
 * @param product [P] Hv, or a diagonal such as D^E, in flat order.
 * @param layout The field's layout.
 * @throws If the number of entries is not P or one is not finite.
 */
export function productDensity(product: Float32Array | Float64Array, layout: Layout): ProductDensities {
  return densities(product, layout, 1);
}

/**
 * Measures how dense an explicit Hessian or Gauss-Newton matrix is, over all entries and in the rows of each segment.
 *
 * @param matrix P × P numbers, row-major, in flat order, such as `hessianMatrix` returns.
 * @param layout The field's layout.
 * @throws If the number of entries is not P² or one is not finite.
 */
export function matrixDensity(matrix: Float64Array, layout: Layout): ProductDensities {
  return densities(matrix, layout, layout.parameterCount);
}

/** Densities of a matrix of `columns` columns that has one row for each parameter. */
function densities(entries: Float32Array | Float64Array, layout: Layout, columns: number): ProductDensities {
  const { parameterCount: rows } = layout;
  if (entries.length !== rows * columns) {
    throw new Error(`density: expected ${rows} × ${columns} entries, found ${entries.length}.`);
  }
  checkEntries("density", entries);
  const rms = rmsOf(entries);
  const part = (first: number, end: number) => densityOf(entries.subarray(first * columns, end * columns), rms);
  return {
    all: part(0, rows),
    segments: new Map(layout.map(({ name, flat, size }) => [name, part(flat, flat + size)])),
  };
}

/** The logarithms of the sizes of a product's entries, counted in bins. */
export interface LogHistogram {
  /** [bins + 1] edges of log₁₀(|entry|/rms). */
  readonly edges: Float64Array;
  /** [bins] entries in each; what is smaller than the first edge or larger than the last is in the first or last bin. */
  readonly counts: Uint32Array;
  /** Entries that are exactly 0, which no bin counts. */
  readonly zeros: number;
}

/**
 * A histogram of log₁₀(|entry|/rms) from −8 to 2.
 *
 * @param product Hv in flat order.
 * @param bins The number of bins.
 * @throws If an entry is not finite, or bins are not a whole number from 1.
 */
export function logHistogram(product: Float32Array, bins = 50): LogHistogram {
  checkWhole("logHistogram", "bins", bins, 1);
  checkEntries("logHistogram", product);
  const [low, high] = [-8, 2];
  const rms = rmsOf(product);
  const counts = new Uint32Array(bins);
  let zeros = 0;
  for (const entry of product) {
    if (entry === 0) zeros++;
    else {
      const place = Math.floor((Math.log10(Math.abs(entry) / rms) - low) / (high - low) * bins);
      counts[Math.min(bins - 1, Math.max(0, place))]++;
    }
  }
  return { edges: Float64Array.from({ length: bins + 1 }, (_, i) => low + (high - low) * i / bins), counts, zeros };
}

function densityOf(entries: Float32Array | Float64Array, rms: number): ProductDensity {
  const share = (count: (size: number) => boolean) => {
    let sum = 0;
    for (const entry of entries) if (count(Math.abs(entry))) sum++;
    return sum / entries.length;
  };
  return {
    entries: entries.length,
    rms: rmsOf(entries),
    zero: share((size) => size === 0),
    belowThousandth: share((size) => size < 1e-3 * rms || size === 0),
    belowHundredth: share((size) => size < 1e-2 * rms || size === 0),
  };
}

function rmsOf(entries: Float32Array | Float64Array): number {
  let sum = 0;
  for (const entry of entries) sum += entry * entry;
  return Math.sqrt(sum / entries.length);
}
