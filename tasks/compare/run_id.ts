import { type Pair, pairName } from "./pair.ts";

/** What the name of a run consists of. */
interface RunIdentity extends Pair {
  readonly phase: "tuning" | "final";
  /** Index of the input. */
  readonly input: number;
  /** Final runs only. */
  readonly seed: number;
  /** Index of the trial's length; tuning only. */
  readonly rung?: number;
  /** The learning rate in half decades from the default one; tuning only. */
  readonly exponent?: number;
  /** Tuning only. */
  readonly schedule?: string;
}

/**
 * The name of a run. Final runs have the pair, the index of the input if there are several, and the seed; trials have what they tried.
 *
 * @param inputs The number of inputs of the comparison.
 */
export function runId(run: RunIdentity, inputs: number): string {
  const { phase, input, seed, rung, exponent, schedule } = run;
  if (phase === "tuning") return ["tune", pairName(run), `r${rung}`, schedule, exponent, `i${input}`].join("-");
  return [pairName(run), ...inputs > 1 ? [`i${input}`] : [], `s${seed}`].join("-");
}
