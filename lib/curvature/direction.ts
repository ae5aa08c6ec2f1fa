import { streams } from "../gpu/random.ts";
import type { Vector } from "../linalg/vector.ts";
import { checkWord } from "./check_entries.ts";

/**
 * How the entries of random directions are distributed: random signs ±1 (Rademacher), or standard normal numbers. Estimates from either
 * have the same mean; those of trace and diagonal have less noise with signs (Hutchinson 1990).
 */
export type DirectionKind = "rademacher" | "normal";

const KINDS: readonly DirectionKind[] = ["rademacher", "normal"];

/**
 * Records filling a vector with a random direction.
 *
 * @param seed Determines the direction, together with `number`.
 * @param number Directions of one seed and different numbers are independent.
 * @throws If there is no such kind.
 */
export function fillDirection(vector: Vector, kind: DirectionKind, seed: number, number: number): void {
  checkWord("directions", kind, KINDS);
  const key = { seed, stream: streams.probe, step: number };
  vector.fillRandom({ distribution: kind, key });
}
