import { symmetricEigenvalues } from "../../../lib/curvature/eigenvalues.ts";
import { preconditionedEigenvalues } from "../../../lib/curvature/spectrum.ts";

/** Matrices of at most so many rows are decomposed sooner than a worker starts. */
const SMALL = 96;

/** A symmetric matrix whose eigenvalues are wanted. */
export interface Decomposition {
  /** P × P numbers, row-major. */
  readonly matrix: Float64Array;
  /** [P] The entries of the diagonal preconditioner under which they are wanted. */
  readonly diagonal?: Float64Array;
}

/** What a worker answers: the eigenvalues [P], ascending, or why there are none. */
export type Answer = { readonly values: Float64Array } | { readonly error: Error };

/** [P] The eigenvalues of a matrix, ascending, computed here. */
export function decompose({ matrix, diagonal }: Decomposition): Float64Array {
  return diagonal === undefined
    ? symmetricEigenvalues(matrix, Math.sqrt(matrix.length))
    : preconditionedEigenvalues(matrix, diagonal);
}

/**
 * The eigenvalues of symmetric matrices. Each large one is decomposed in a worker of its own, so that several cores share the work and it can
 * be stopped.
 *
 * @param signal Ends the work.
 * @returns [P] for each matrix, ascending.
 * @throws If an entry is not finite, or the signal's reason if that ends the work.
 */
export async function eigenvaluesOf(all: readonly Decomposition[], signal: AbortSignal): Promise<Float64Array[]> {
  return await Promise.all(all.map((each) => decomposed(each, signal)));
}

async function decomposed(decomposition: Decomposition, signal: AbortSignal): Promise<Float64Array> {
  signal.throwIfAborted();
  if (decomposition.matrix.length <= SMALL ** 2) return decompose(decomposition);
  const worker = new Worker(new URL("./eigenvalues_worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<Float64Array>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop);
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    if ("error" in data) reject(data.error);
    else resolve(data.values);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  worker.postMessage(decomposition);
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", stop);
    worker.terminate();
  }
}
