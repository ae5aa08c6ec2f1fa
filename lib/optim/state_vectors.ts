import { createVector, type Vector } from "../linalg/vector.ts";
import type { OptimizerContext } from "./optimizer.ts";

/** Vectors by name, which are freed together. */
export type StateVectors<Name extends string> =
  & { readonly [Key in Name]: Vector }
  & {
    /** Frees all of them. */
    [Symbol.dispose](): void;
  };

/** A zero vector for every name. Disposing the record frees them all. */
export function stateVectors<const Name extends string>(
  { gpu, layout }: OptimizerContext,
  names: readonly Name[],
): StateVectors<Name> {
  using made = new DisposableStack();
  const vectors = Object.fromEntries(names.map((name) => [name, made.use(createVector(gpu, layout, name))]));
  const owned = made.move();
  // It cannot be enumerated, and so `{ ...vectors }` has only the vectors.
  Object.defineProperty(vectors, Symbol.dispose, { value: () => owned.dispose() });
  return vectors as StateVectors<Name>;
}
