import { readVectors } from "../linalg/vector.ts";
import type { Optimizer } from "../optim/optimizer.ts";

/**
 * Reads the state of an optimizer to the host.
 *
 * @returns A function that brings the optimizer back to this state, bit for bit.
 */
export async function keepState(optimizer: Optimizer): Promise<() => void> {
  const { counters } = optimizer;
  const vectors = Object.values(optimizer.state);
  const kept = await readVectors(vectors);
  return () => {
    vectors.forEach((vector, i) => vector.write(kept[i]));
    optimizer.restore(counters);
  };
}
