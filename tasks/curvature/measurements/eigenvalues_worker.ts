/**
 * The worker in which `eigenvaluesOf` decomposes one matrix.
 *
 * @module
 */
import { symmetricEigenvalues } from "../../../lib/curvature/eigenvalues.ts";
import { preconditionedEigenvalues } from "../../../lib/curvature/spectrum.ts";
import type { Answer, Decomposition } from "./eigenvalues.ts";

/** What a worker has of the global scope. */
interface WorkerScope {
  onmessage: (event: MessageEvent<Decomposition>) => void;
  postMessage(message: Answer): void;
}

const scope = self as unknown as WorkerScope;
scope.onmessage = ({ data }) => scope.postMessage(answerTo(data));

function answerTo({ matrix, diagonal }: Decomposition): Answer {
  try {
    const values = diagonal === undefined
      ? symmetricEigenvalues(matrix, Math.sqrt(matrix.length))
      : preconditionedEigenvalues(matrix, diagonal);
    return { values };
  } catch (error) {
    // What a worker throws is printed with a stack trace, whoever handles it.
    return { error: error as Error };
  }
}
