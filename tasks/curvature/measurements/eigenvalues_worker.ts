/**
 * The worker in which `eigenvaluesOf` decomposes one matrix.
 *
 * @module
 */
import { type Answer, decompose, type Decomposition } from "./eigenvalues.ts";

/** What a worker has of the global scope. */
interface WorkerScope {
  onmessage: (event: MessageEvent<Decomposition>) => void;
  postMessage(message: Answer): void;
}

const scope = self as unknown as WorkerScope;
scope.onmessage = ({ data }) => scope.postMessage(answerTo(data));

function answerTo(decomposition: Decomposition): Answer {
  try {
    return { values: decompose(decomposition) };
  } catch (error) {
    // What a worker throws is printed with a stack trace, whoever handles it.
    return { error: error as Error };
  }
}
