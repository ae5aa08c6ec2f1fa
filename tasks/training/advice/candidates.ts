import type { SettledValues } from "../options.ts";
import { byNetwork } from "../network_choice.ts";
import { bestOptimizers } from "../optimizer_defaults.ts";
import { type KnownComparison, knownComparison, type KnownRun } from "./known_runs.ts";

/** An optimizer that is weighed, with its settings. */
export interface Candidate {
  readonly optimizer: string;
  /** By default that of the task. */
  readonly learningRate?: number;
  readonly schedule: string;
  /** What it is known to have reached. */
  readonly runs: readonly KnownRun[];
}

/** What is weighed, and what is known about it. */
export interface Candidates {
  /** The comparison that the candidates are from, if there is one for the network. */
  readonly comparison?: KnownComparison;
  /** The first is what `--optimizer auto` chooses, where nothing is known. */
  readonly candidates: readonly [Candidate, ...Candidate[]];
}

/** Optimizers whose cost is told where nothing is known about their results. */
const USUAL = ["adam", "esgd", "soap", "muon"] as const;

/** The optimizers that were compared for the network that the options choose; otherwise the usual ones. */
export function candidatesFor(task: string, values: SettledValues): Candidates {
  const comparison = knownComparison(task, values);
  if (comparison !== undefined) {
    const [first, ...others] = comparison.optimizers;
    return { comparison, candidates: [first, ...others] };
  }
  const auto = { ...byNetwork(bestOptimizers[task] ?? bestOptimizers.other, values), runs: [] };
  const others = USUAL.filter((optimizer) => optimizer !== auto.optimizer);
  return { candidates: [auto, ...others.map((optimizer) => ({ optimizer, schedule: "cosine", runs: [] }))] };
}
